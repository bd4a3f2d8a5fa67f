// The calendar page: FullCalendar in place of the agenda. A drag asks for its reason on the page 改期.
(() => {
  "use strict";
  const place = document.getElementById("calendar");
  if (!place || !window.FullCalendar) return;
  const narrow = window.matchMedia("(max-width: 767px)").matches;
  // Seven columns leave a phone no room for a word: it has lists alone, from today on unless a month is asked for.
  const VIEWS = narrow ? ["listSoon", "listMonth"] : ["dayGridMonth", "timeGridWeek", "listMonth"];
  const query = new URLSearchParams(location.search);
  const wanted = query.get("view") ?? (narrow && query.has("month") ? "listMonth" : null);

  // The day the reader had turned to, where the address names one of the month; the server's choice elsewhere.
  const turned = query.get("day") ?? "";
  const isDay = /^\d{4}-\d\d-\d\d$/.test(turned) && turned.startsWith(query.get("month"));
  const shown = isDay ? turned : place.dataset.shown;

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
    const day = view.calendar.formatIso(view.calendar.getDate(), true);
    const today = place.dataset.now.startsWith(day); // tomorrow the same address shows tomorrow
    for (const [name, text] of [["month", day.slice(0, 7)], ["day", day]]) {
      if (today) query.delete(name);
      else query.set(name, text);
    }
    query.set("view", view.type);
    history.replaceState(null, "", `?${query}`);
  }

  place.hidden = false;
  document.getElementById("agenda").hidden = true;
  new FullCalendar.Calendar(place, {
    locale: "zh-cn",
    timeZone: place.dataset.zone, // a zone by name: times stand as the office's clock shows them
    now: place.dataset.now,
    views: {
      listSoon: {
        type: "list",
        duration: { days: 30 },
        buttonText: "30 天",
        listDayFormat: { month: "long", day: "numeric" },
        listDaySideFormat: { weekday: "long" },
      },
      listMonth: { buttonText: narrow ? "整月" : "日程" },
    },
    initialView: VIEWS.includes(wanted) ? wanted : VIEWS[0],
    initialDate: shown,
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
    // what its Chinese leaves in English: titles under the mouse, words for a screen reader
    buttonHints: { prev: "往前翻", next: "往后翻", today: "回到今天" },
    viewHint: "按“$0”看",
    navLinkHint: "看 $0",
    moreLinkHint: (count) => `看另外 ${count} 项`,
    closeHint: "关闭",
    timeHint: "时间",
    eventHint: "活动",
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
