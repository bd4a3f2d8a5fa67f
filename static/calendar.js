// The calendar page: FullCalendar in place of the agenda. A drag asks for its reason on the page 改期.
(() => {
  "use strict";
  const place = document.getElementById("calendar");
  if (!place || !window.FullCalendar) return;
  const narrow = window.matchMedia("(max-width: 767px)").matches;
  const VIEWS = ["dayGridMonth", "timeGridWeek", "listMonth"];
  const query = new URLSearchParams(location.search);
  const wanted = query.get("view");

  function moved(change) {
    const { event, revert } = change;
    const target = new URL(event.extendedProps.moveUrl, location.origin);
    target.searchParams.set("starts_at", event.startStr);
    target.searchParams.set("ends_at", event.endStr);
    revert(); // nothing has moved until the page 改期 is sent
    location.assign(target);
  }

  function described({ event, el }) {
    const { state, venue, pairing } = event.extendedProps;
    el.title = [event.title, state, pairing, venue].filter(Boolean).join(" · ");
  }

  function line(...texts) {
    const row = document.createElement("div");
    row.className = "text-truncate";
    row.textContent = texts.filter(Boolean).join(" ");
    return row;
  }

  // Two lines: when and what, then the state in words, since colour alone says nothing to some.
  function words({ event, timeText, view }) {
    const { state, venue } = event.extendedProps;
    const inList = view.type.startsWith("list");
    const rows = [line(inList ? "" : timeText, event.title), line(state, inList && venue ? `· ${venue}` : "")];
    rows[1].classList.add("small");
    rows.forEach((row) => row.classList.toggle("text-wrap", inList));
    return { domNodes: rows };
  }

  function remembered({ view }) {
    const month = view.calendar.getDate();
    query.set("month", `${month.getFullYear()}-${String(month.getMonth() + 1).padStart(2, "0")}`);
    query.set("view", view.type);
    history.replaceState(null, "", `?${query}`);
  }

  place.hidden = false;
  document.getElementById("agenda").hidden = true;
  new FullCalendar.Calendar(place, {
    locale: "zh-cn",
    timeZone: place.dataset.zone, // a zone by name: times stand as the office's clock shows them
    now: place.dataset.now,
    initialView: VIEWS.includes(wanted) ? wanted : narrow ? "listMonth" : "dayGridMonth",
    initialDate: place.dataset.shown,
    headerToolbar: narrow
      ? { left: "title", right: "prev,next", center: "" }
      : { left: "prev,next today", center: "title", right: VIEWS.join(",") },
    buttonIcons: false, // its icon font says nothing to a screen reader; the arrows below do
    buttonText: { prev: "‹", next: "›" },
    footerToolbar: narrow ? { left: "today", right: VIEWS.join(",") } : false,
    height: "auto",
    firstDay: 1,
    dayMaxEvents: 3,
    weekends: true,
    slotMinTime: "07:00:00",
    slotMaxTime: "21:00:00",
    allDaySlot: false,
    eventDisplay: "block",
    displayEventEnd: false,
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    noEventsContent: "这段时间没有活动。",
    events: place.dataset.events,
    editable: false,
    eventContent: words,
    eventDidMount: described,
    eventDrop: moved,
    eventResize: moved,
    datesSet: remembered,
  }).render();
})();
