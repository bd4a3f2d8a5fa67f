"""The embedded PostgreSQL survives what happens on real machines."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import environ
import psycopg
import pytest

from core.embedded import binaries, postgres, sockets
from core.embedded.errors import EmbeddedError

Execute = Callable[[str], list[tuple[object, ...]]]


def server_pid(cluster: Path) -> int:
    return int((cluster / "postmaster.pid").read_text().split("\n")[0])


def kill_server(cluster: Path) -> None:
    os.kill(server_pid(cluster), signal.SIGKILL)
    while sockets.is_listening(cluster):
        time.sleep(0.01)


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """Return a living program that has nothing to do with PostgreSQL."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


@pytest.mark.parametrize(
    "folder", ["/srv/pairing/var/postgres", "/home/小王/三单 四联/pg", "/srv/50%+1/a?b#c@d:e/pg"]
)
def test_url_leads_to_the_data_directory(folder: str) -> None:
    config = environ.Env.db_url_config(postgres.url(Path(folder), "other"))
    assert (config["HOST"], config["PORT"], config["USER"], config["NAME"]) == (
        folder,
        5432,
        "postgres",
        "other",
    )


@pytest.mark.parametrize("folder", ["/srv/" + "long/" * 30, "/srv/a,b/pg"])
def test_url_avoids_a_folder_that_no_socket_can_be_in(folder: str) -> None:
    config = environ.Env.db_url_config(postgres.url(Path(folder)))
    assert Path(config["HOST"]).parent == Path("/tmp")
    assert config["HOST"] != environ.Env.db_url_config(postgres.url(Path(folder) / "x"))["HOST"]


def test_cluster_speaks_utf8_and_sorts_alike_everywhere(execute: Execute) -> None:
    columns = "datlocprovider, datlocale, pg_encoding_to_char(encoding)"
    assert execute(f"SELECT {columns} FROM pg_database WHERE datname = current_database()") == [
        ("b", "C.UTF-8", "UTF8")
    ]


def test_cluster_opens_no_network_port(execute: Execute) -> None:
    assert execute("SHOW listen_addresses") == [("",)]


def test_demo_cluster_waits_for_the_disk(execute: Execute) -> None:
    assert execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')") == [("on", "on")]


def test_second_start_finds_the_first(cluster: Path) -> None:
    pid = server_pid(cluster)
    assert postgres.ensure_running(cluster) == postgres.url(cluster)
    assert server_pid(cluster) == pid


def test_killed_server_comes_back_with_its_rows(cluster: Path, execute: Execute) -> None:
    execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    kill_server(cluster)
    postgres.ensure_running(cluster)
    assert execute("SELECT sum(number) FROM kept") == [(500500,)]


def test_killed_server_whose_pid_another_program_got(
    cluster: Path, execute: Execute, bystander: subprocess.Popen[bytes]
) -> None:
    kill_server(cluster)
    for lock_file in (cluster / "postmaster.pid", cluster / f"{sockets.FILE}.lock"):
        _, _, rest = lock_file.read_text().partition("\n")
        lock_file.write_text(f"{bystander.pid}\n{rest}")
    assert postgres.stop(cluster) is False
    postgres.ensure_running(cluster)
    assert execute("SELECT 1") == [(1,)]
    assert bystander.poll() is None


def test_empty_pid_file_of_a_stopped_machine(cluster: Path, execute: Execute) -> None:
    kill_server(cluster)
    (cluster / "postmaster.pid").write_text("")
    postgres.ensure_running(cluster)
    assert execute("SELECT 1") == [(1,)]


def test_crashed_session_is_waited_for(cluster: Path, execute: Execute) -> None:
    [(pid,)] = execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
    before = server_pid(cluster)
    os.kill(int(str(pid)), signal.SIGKILL)
    while execute_or_none(execute) is not None:
        time.sleep(0.01)
    postgres.ensure_running(cluster)
    assert execute("SELECT 1") == [(1,)]
    assert server_pid(cluster) == before


def execute_or_none(execute: Execute) -> object:
    try:
        return execute("SELECT 1")
    except psycopg.Error:
        return None


def test_interrupted_creation_is_made_anew(tmp_path: Path) -> None:
    half_made = tmp_path / "data.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with ThreadPoolExecutor() as pool:  # two starts at once, as two terminals would
        starts = [
            pool.submit(postgres.ensure_running, tmp_path / "data", extra_flags=postgres.TEST_FLAGS)
            for _ in "ab"
        ]
    try:
        assert [start.result() for start in starts] == [postgres.url(tmp_path / "data")] * 2
        assert not half_made.exists()
    finally:
        assert postgres.stop(tmp_path / "data") is True
    assert postgres.stop(tmp_path / "data") is False


def test_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.txt").write_text("mine")
    with pytest.raises(EmbeddedError) as refusal:
        postgres.ensure_running(tmp_path / "data")
    assert str(refusal.value) == (
        f"{tmp_path}/data is not a PostgreSQL data directory: "
        "move it away, or start over with `make demo-reset`."
    )
    assert (tmp_path / "data" / "thesis.txt").read_text() == "mine"


def test_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data" / "global").mkdir(parents=True)
    (tmp_path / "data" / "global" / "pg_control").touch()
    (tmp_path / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError) as refusal:
        postgres.ensure_running(tmp_path / "data")
    assert str(refusal.value) == (
        f"{tmp_path}/data was made by PostgreSQL 16, this is {binaries.MAJOR}: "
        "dump it with the old version, or start over with `make demo-reset`."
    )


def test_start_that_fails_tells_the_reason(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"PostgreSQL does not start: .*FATAL.*no_such_setting"):
        postgres.ensure_running(tmp_path / "data", extra_flags=["--no_such_setting=1"])
