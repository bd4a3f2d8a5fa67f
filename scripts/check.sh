#!/bin/sh
# Runs every check of the code itself, all of them even when one fails, and names the failed ones at the end.
cd "$(dirname "$0")/.." || exit 1
python=.venv/bin/python
failed=""

step() {
    name=$1
    shift
    printf '%s\n' "== $name"
    "$@" || failed="$failed
  $name"
}

# Not the forms and filters: what their fields can do, Django tells no checker. Nor the tree of branches, whose
# library has no types, and the settings.
typed_files() {
    find core branches ledgers pairing -name '*.py' -not -path '*/migrations/*' -not -path '*/forms/*' \
        -not -name '*forms.py' -not -name 'filters.py' -not -name 'settings*.py' -not -path 'branches/models.py'
}

under_production_settings() {
    env DJANGO_SETTINGS_MODULE=pairing.settings_production \
        DATABASE_URL=postgres://nobody@127.0.0.1:1/none ALLOWED_HOSTS=example.org \
        CELERY_BROKER_URL=redis://127.0.0.1:1/0 \
        SECRET_KEY="$($python -c 'import secrets; print(secrets.token_urlsafe(60))')" "$@"
}

step "ruff check" $python -m ruff check --quiet .
step "ruff format" $python -m ruff format --quiet --check .
step "djlint" $python -m djlint --quiet --lint templates
step "djlint of the shell" $python -m djlint --quiet --lint --profile jinja core/jinja2
step "mypy, but for forms" $python -m mypy $(typed_files)
step "import contracts" $python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo
# The history of a database is not asked for here, so none needs to run.
step "migrations match the models" env DJANGO_SETTINGS_MODULE=pairing.settings_test \
    $python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
step "deployment checks" under_production_settings $python manage.py check --deploy --fail-level WARNING

if [ -n "$failed" ]; then
    printf '%s\n' "Failed:$failed"
    exit 1
fi
echo "All checks passed."
