/* Small behaviours of every page; each is asked for by a data attribute. Documented in docs/interface.md. */
"use strict";

const user = document.body.dataset.user || "";
const page = document.body.dataset.page;

/* ---- toasts and questions ---- */

const ICONS = { success: "check-circle", error: "exclamation-octagon", warning: "exclamation-triangle", info: "info-circle" };

function toast(message, tone = "info") {
  const notice = document.createElement("div");
  notice.className = `notice tone-${tone}`;
  const icon = document.createElement("i");
  icon.className = `bi bi-${ICONS[tone] || ICONS.info}`;
  icon.setAttribute("aria-hidden", "true");
  const words = document.createElement("p");
  words.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.dataset.dismiss = ".notice";
  close.setAttribute("aria-label", "关闭提示");
  notice.append(icon, words, close);
  const toasts = document.getElementById("toasts");
  [...toasts.children].filter((each) => each.textContent === notice.textContent).forEach((each) => each.remove());
  toasts.append(notice);
  if (tone !== "error") setTimeout(() => notice.remove(), 6000);
}

function ask(question) {
  const dialog = document.getElementById("ask");
  dialog.querySelector("p").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/* ---- drafts: in this tab only, until the server accepts them ---- */

const DRAFT = "draft:";
const SENT = "sent:";
const STOOD = "stood";
const LOGIN_SEEN = "login-seen";

const draftKey = (form) => `${user}:${location.pathname}:${[...document.forms].indexOf(form)}`;

function typed(form) {
  const values = {};
  for (const field of form.elements) {
    if (!field.name || ["hidden", "password", "file", "submit", "button"].includes(field.type)) continue;
    const value = ["checkbox", "radio"].includes(field.type) ? (field.checked ? [field.value] : []) : chosen(field);
    values[field.name] = [...(values[field.name] || []), ...value];
  }
  return values;
}

const chosen = (field) => (field.multiple ? [...field.selectedOptions].map((option) => option.value) : [field.value]);

function refill(form, values) {
  if (values.submit_token?.[0]) form.elements.submit_token.value = values.submit_token[0];
  for (const field of form.elements) {
    const value = values[field.name];
    if (!value || ["hidden", "password", "file", "submit", "button"].includes(field.type)) continue;
    if (["checkbox", "radio"].includes(field.type)) field.checked = value.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = value.includes(option.value);
    else field.value = value[0] ?? "";
    if (field.tomselect) field.tomselect.sync();
  }
  refillLater(form, values);
}

/* Fields that follow from another field are not there yet: carry their values to its place and have it drawn. */
function refillLater(form, values) {
  const redraws = form.querySelector("[data-redraws]");
  if (!redraws) return;
  const place = document.querySelector(redraws.getAttribute("hx-target"));
  const missing = Object.entries(values).filter(([name, value]) => value[0] && !form.elements[name]);
  for (const [name, value] of missing) {
    place.append(Object.assign(document.createElement("input"), { type: "hidden", name, value: value[0] }));
  }
  if (missing.length) whenLoaded(() => htmx.trigger(redraws, "change"));
}

function whenLoaded(call) {
  if (document.readyState === "complete") call();
  else window.addEventListener("load", call, { once: true });
}

/* A page that came after a form: not one that Back or a new link shows because the form never got through. */
const answers = (path) =>
  performance.getEntriesByType("navigation")[0]?.type !== "back_forward" &&
  document.referrer.startsWith(location.origin) &&
  new URL(document.referrer).pathname === path;

/* What was sent is dropped when its answer shows no refusal; a refusal, an error page, a lost login or a lost network
   brings it back. */
function settle() {
  if (page === "login") {
    sessionStorage.setItem(LOGIN_SEEN, "yes");
    return;
  }
  const refused =
    page === "error" ||
    document.querySelector(".notice.tone-error, .error-summary") ||
    sessionStorage.getItem(LOGIN_SEEN);
  for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith(SENT))) {
    const draft = DRAFT + key.slice(SENT.length);
    const [, , path] = key.split(":");
    if (refused || !answers(path)) sessionStorage.setItem(draft, sessionStorage.getItem(key));
    sessionStorage.removeItem(key);
  }
  sessionStorage.removeItem(LOGIN_SEEN);
}

/* The browser would ask to send a refused form once more, on Back and on reload. It is made the page on which the form
   stood, which can be asked for; what was typed is put back. Links such as ?page=2 then lead to where that page is, too. */
function standWhereTheFormStood() {
  const stood = sessionStorage.getItem(STOOD);
  sessionStorage.removeItem(STOOD);
  if (!stood || !document.querySelector(".error-summary") || !answers(new URL(stood).pathname)) return;
  const isBound = document.querySelector("main form[method=post]:not([action])"); /* to the address it came from */
  history.replaceState(history.state, "", isBound ? location.href : stood);
}

function keepDraft(form) {
  const key = draftKey(form);
  form.dataset.kept = key;
  const saved = sessionStorage.getItem(DRAFT + key);
  const fromServer = form.querySelector(".is-invalid") || document.querySelector(".error-summary");
  const before = JSON.stringify(typed(form));
  if (saved && !fromServer && saved !== before) {
    refill(form, JSON.parse(saved));
    offerDiscard(form, key, JSON.parse(before));
  }
  form.addEventListener("input", () => {
    if (form.dataset.busy) return; /* a part drawn anew while the form is under way: what was sent is kept already */
    sessionStorage.setItem(DRAFT + key, JSON.stringify(typed(form)));
  });
}

/* The token goes along: should only the answer have been lost, the same words sent again are no second effect. */
function keepSent(form) {
  const key = form.dataset.kept;
  sessionStorage.setItem(SENT + key, JSON.stringify({ ...typed(form), submit_token: [form.elements.submit_token?.value] }));
  sessionStorage.removeItem(DRAFT + key);
}

function offerDiscard(form, key, before) {
  const note = document.createElement("p");
  note.className = "draft-note";
  note.setAttribute("role", "status");
  note.append("已恢复上次没有提交的内容。");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-plain btn-sm";
  button.textContent = "不要了";
  button.addEventListener("click", () => {
    sessionStorage.removeItem(DRAFT + key);
    refill(form, before);
    note.remove();
  });
  note.append(button);
  form.prepend(note);
}

function dropDrafts() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(DRAFT) || key.startsWith(SENT)) sessionStorage.removeItem(key);
  }
}

/* ---- submitting ---- */

function guard(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  const isPosted = form.method === "post" && !form.matches("[hx-post]");
  if (isPosted && !navigator.onLine) {
    event.preventDefault();
    toast(LOST, "error");
    return;
  }
  if (form.dataset.confirm && !form.dataset.confirmed) {
    event.preventDefault();
    const submitter = event.submitter;
    ask(form.dataset.confirm).then((yes) => {
      if (!yes) return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(submitter);
    });
    return;
  }
  if (form.matches("[data-logout]")) dropDrafts();
  if (form.method === "get") dropEmpty(form);
  if (isPosted) {
    if (form.dataset.kept) keepSent(form);
    sessionStorage.setItem(STOOD, location.href);
    form.dataset.busy = "yes";
    if (event.submitter) event.submitter.classList.add("is-busy");
  }
}

/* Addresses of filtered lists stay short enough to send to a colleague. */
function dropEmpty(form) {
  const empty = [...form.elements].filter((field) => field.name && field.value === "" && !field.disabled);
  for (const field of empty) field.disabled = true;
  setTimeout(() => empty.forEach((field) => (field.disabled = false)), 0);
}

function release() {
  document.querySelectorAll("form[data-busy]").forEach((form) => delete form.dataset.busy);
  document.querySelectorAll(".is-busy").forEach((button) => button.classList.remove("is-busy"));
}

/* ---- clicks ---- */

async function copy(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    /* Plain http on an intranet has no clipboard; the old way still works there. */
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast("已复制。", "success");
}

function clicked(event) {
  const target = event.target.closest("[data-copy], [data-dismiss], [data-print], [data-discard], a[data-confirm]");
  if (!target) return;
  const data = target.dataset;
  if ("copy" in data) copy(target);
  else if (data.dismiss) target.closest(data.dismiss)?.remove();
  else if ("print" in data) window.print();
  else if ("discard" in data) dropDraftsHere();
  else if (data.confirm) {
    event.preventDefault();
    ask(data.confirm).then((yes) => yes && location.assign(target.href));
  }
}

function dropDraftsHere() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(`${DRAFT}${user}:${location.pathname}:`)) sessionStorage.removeItem(key);
  }
}

function changed(event) {
  const field = event.target;
  if (field.matches("[data-submit-on-change]")) field.form.requestSubmit();
  if (field.dataset.checkAll) {
    document.getElementsByName(field.dataset.checkAll).forEach((box) => (box.checked = field.checked));
  }
}

/* A browser drops in silence what does not fit. */
function pasted(event) {
  const { maxLength, value, selectionStart, selectionEnd } = event.target;
  if (!(maxLength > 0)) return;
  const over = event.clipboardData.getData("text").length - (maxLength - value.length + selectionEnd - selectionStart);
  if (over > 0) toast(`这一格最多 ${maxLength} 个字，最后 ${over} 个字没有放下。`, "warning");
}

/* ---- parts that need setting up, on load and after each htmx swap ---- */

function setUp(root) {
  root.querySelectorAll("select[data-pick]:not(.tomselected)").forEach((select) => {
    select.setAttribute("aria-label", select.labels[0]?.textContent.trim() || select.name);
    new TomSelect(select, {
      plugins: select.multiple ? ["remove_button"] : ["dropdown_input"],
      maxOptions: 400,
      allowEmptyOption: true,
      render: { no_results: () => "<div class='no-results'>没有符合的选项</div>" },
    });
  });
  root.querySelectorAll("form[data-draft]:not([data-kept])").forEach((form) => {
    keepDraft(form);
  });
  root.querySelectorAll(".step.is-current").forEach((step) => {
    step.parentElement.scrollLeft = step.offsetLeft - step.parentElement.clientWidth / 2 + step.clientWidth / 2;
  });
  root.querySelector("[data-focus]")?.focus();
}

function capsHint(event) {
  const hint = event.target.dataset?.caps;
  if (hint && event.getModifierState) {
    document.getElementById(hint).textContent = event.getModifierState("CapsLock") ? "大写锁定已打开。" : "";
  }
}

/* ---- htmx ---- */

const LOST = "网络不通，刚才的操作没有发出去。内容还在本页，请稍后再点一次。";

document.addEventListener("htmx:sendError", () => toast(LOST, "error"));
document.addEventListener("htmx:timeout", () => toast(LOST, "error"));
document.addEventListener("htmx:responseError", (event) => {
  const words = { 403: "当前身份不能办理这件事。", 404: "这条记录不存在，或已被移走。", 429: "操作太快，请稍等再试。" };
  toast(words[event.detail.xhr.status] || "系统出了故障，刚才的操作没有生效。请稍后再试。", "error");
});
document.addEventListener("htmx:beforeSwap", (event) => {
  /* A fragment request of a lost login is answered with the login page; go there as a whole page. */
  if (event.detail.serverResponse.includes('data-page="login"')) {
    event.detail.shouldSwap = false;
    const back = encodeURIComponent(location.pathname + location.search);
    location.assign(`${new URL(event.detail.xhr.responseURL).pathname}?next=${back}`);
  }
});
/* The first tap after a text both sends for a part anew and chooses in the old one: carry the choice over. */
let picked = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  picked = [...event.detail.target.querySelectorAll("input[type=radio]:checked")].map((each) => [each.name, each.value]);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const [name, value] of picked) {
    const offered = document.querySelector(`input[type=radio][name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
    if (offered) offered.checked = true;
  }
  picked = [];
});
document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question).then((yes) => yes && event.detail.issueRequest(true));
});
document.addEventListener("toast", (event) => toast(event.detail.message, event.detail.tone));
document.addEventListener("htmx:afterSettle", (event) => {
  setUp(event.target);
  event.target.closest("form[data-draft]")?.dispatchEvent(new Event("input")); /* what was swapped in is draft, too */
});

document.addEventListener("submit", guard);
document.addEventListener("click", clicked);
document.addEventListener("change", changed);
document.addEventListener("keyup", capsHint);
document.addEventListener("paste", pasted);
window.addEventListener("pageshow", release);
window.addEventListener("offline", () => toast("网络断开了。已填的内容还在本页，连上后再提交。", "warning"));

settle();
standWhereTheFormStood();
setUp(document);
