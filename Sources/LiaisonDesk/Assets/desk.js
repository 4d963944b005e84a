// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

// The script of the desk. Every page works without it: it adds live counts, checks while typing, keys, uploads with
// progress, and it says so when the desk is gone. It listens on the document, so that replaced parts need no wiring.
// Texts from the server enter the page as text, or as nodes of a page of the same origin; never as strings of HTML.

(() => {
  "use strict";

  // MARK: Texts

  const TEXTS = {
    fr: {
      closed: "Bureau fermé",
      gone: "LE BUREAU LIAISON EST FERMÉ — rien de ce que vous faites sur cette page ne part ni n’est gardé. "
        + "Relancez « liaison desk ».",
      goneShared: "LE BUREAU LIAISON NE RÉPOND PLUS — rien de ce que vous faites sur cette page ne part ni n’est gardé. "
        + "Rechargez la page dans une minute ; si cela dure, prévenez votre service informatique.",
      back: "Le bureau Liaison répond de nouveau.",
      notSaved: "Brouillon NON gardé : nouvel essai dans quelques secondes.",
      uploading: "Ajout des fichiers en cours : attendez la fin avant de continuer.",
      uploadProgress: "Ajout des fichiers",
      uploaded: "Fichiers ajoutés.",
      uploadFailed: "fichier non ajouté.",
      unreadable: "fichier illisible, ou dossier : non ajouté.",
      separator: " : ",
    },
    en: {
      closed: "Desk closed",
      gone: "THE LIAISON DESK IS CLOSED — nothing you do on this page is sent or kept. Start “liaison desk” again.",
      goneShared: "THE LIAISON DESK NO LONGER ANSWERS — nothing you do on this page is sent or kept. "
        + "Load the page again in a minute; if it lasts, tell your IT department.",
      back: "The Liaison desk answers again.",
      notSaved: "Draft NOT kept: trying again in a few seconds.",
      uploading: "Files are being added: wait until this is done before going on.",
      uploadProgress: "Adding files",
      uploaded: "Files added.",
      uploadFailed: "file not added.",
      unreadable: "unreadable file, or a folder: not added.",
      separator: ": ",
    },
  };

  /// An institution's desk is behind TLS, which proves whose it is; what it refuses is this browser, whose session has ended.
  const isShared = location.protocol === "https:";
  const texts = TEXTS[document.documentElement.lang.slice(0, 2).toLowerCase()] ?? TEXTS.fr;

  // MARK: Delays, in milliseconds

  const TYPING_PAUSE = 500;
  const RETRY_DELAY = 5_000;
  /// How often the desk is looked for before it counts as ended.
  const MOST_TRIES = 5;
  // A failed request often only means that the page is being left: the warning waits until that is ruled out.
  const GONE_AFTER_REQUEST = 1_000;
  // A dropped stream comes back by itself after about three seconds.
  const GONE_AFTER_STREAM = 4_500;

  // MARK: Small helpers

  const FIELD = "input:not([type=hidden], [type=submit], [type=button], [type=reset], [type=image]), select, textarea";

  function isField(element) {
    return element instanceof HTMLElement && (element.matches(FIELD) || element.isContentEditable);
  }

  function isFilled(field) {
    return field.type === "checkbox" || field.type === "radio" ? field.checked : field.value.trim() !== "";
  }

  function isChanged(field) {
    if (field instanceof HTMLSelectElement) {
      const options = [...field.options];
      // A list without a chosen option starts on its first one.
      return options.some((option) => option.defaultSelected)
        ? options.some((option) => option.selected !== option.defaultSelected)
        : !field.multiple && field.selectedIndex > 0;
    }
    return field.type === "checkbox" || field.type === "radio"
      ? field.checked !== field.defaultChecked
      : field.value !== field.defaultValue;
  }

  function isShown(element) {
    return element.getClientRects().length > 0;
  }

  function announce(text) {
    const place = document.getElementById("announce");
    if (place !== null && text) {
      // The same text twice is only spoken twice when it was gone in between.
      place.textContent = "";
      setTimeout(() => { place.textContent = text; }, 50);
    }
  }

  /// Opens the page anew with GET. `location.reload()` would repeat a POST. Only when the desk itself is still there: whoever took its
  /// port meanwhile could show a page of its own under the address that the agent knows.
  async function openAnew() {
    const isThere = await isDesk().catch(() => null);
    if (isThere || (isShared && isThere === false)) {
      location.replace(location.pathname + location.search);
    } else {
      desk.end();
    }
  }

  function hex(bytes) {
    return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /// Whether the desk that made this page still answers at its address: it knows the token of this page's forms, and proves it
  /// without saying it (HMAC, RFC 2104).
  async function isDesk() {
    const token = document.querySelector("input[name=token]")?.value;
    if (!token) {
      return false;
    }
    const encoder = new TextEncoder();
    const nonce = hex(crypto.getRandomValues(new Uint8Array(16)));
    const key = await crypto.subtle.importKey(
      "raw", encoder.encode(token), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const expected = hex(await crypto.subtle.sign("HMAC", key, encoder.encode(nonce)));
    const answer = await fetch(`/here?nonce=${nonce}`, {
      credentials: "same-origin", cache: "no-store", redirect: "manual", headers: { "Liaison-Background": "1" },
    });
    return answer.ok && (await answer.text()) === expected;
  }

  // MARK: Is the desk there?

  const desk = {
    banner: null,
    timer: undefined,
    isEnded: false,

    /// The desk has ended, or it is not the one that made this page: what was opened is not left on the screen, and nothing is asked of
    /// this address any more.
    end() {
      if (this.isEnded) {
        return;
      }
      this.isEnded = true;
      clearTimeout(this.timer);
      if (this.banner === null) {
        this.showGone();
      }
      const heading = document.createElement("h1");
      heading.textContent = texts.closed;
      document.querySelector("main")?.replaceChildren(heading);
      document.querySelector("header")?.remove();
    },

    answered() {
      if (this.isEnded) {
        return;
      }
      clearTimeout(this.timer);
      this.timer = undefined;
      if (this.banner !== null) {
        this.banner.remove();
        this.banner = null;
        announce(texts.back);
      }
    },

    failed(delay) {
      if (this.banner === null) {
        this.timer ??= setTimeout(() => this.showGone(), delay);
      }
    },

    showGone() {
      this.banner = document.createElement("p");
      this.banner.className = "banner banner--danger";
      this.banner.setAttribute("role", "alert");
      this.banner.textContent = isShared ? texts.goneShared : texts.gone;
      const main = document.querySelector("main");
      if (main === null) {
        document.body.prepend(this.banner);
      } else {
        main.before(this.banner);
      }
      announce(this.banner.textContent);
    },
  };

  /// A request to the desk. Redirections are not followed: they lead to the page that asks for the passphrase.
  async function ask(address, options = {}) {
    if (desk.isEnded) {
      throw new Error("the desk has ended");
    }
    try {
      const answer = await fetch(address, { credentials: "same-origin", cache: "no-store", redirect: "manual", ...options });
      desk.answered();
      return answer;
    } catch (error) {
      desk.failed(GONE_AFTER_REQUEST);
      throw error;
    }
  }

  /// This page as the desk would make it now, or null. A desk that was locked meanwhile makes the page open anew.
  async function fetchPage() {
    const answer = await ask(location.pathname + location.search, {
      // The desk must not take this request for a sign that somebody sits in front of it.
      headers: { "Accept": "text/html", "Liaison-Background": "1" },
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      openAnew();
      return null;
    }
    if (!answer.ok) {
      return null;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (document.body.dataset.live !== undefined && page.body.dataset.live === undefined) {
      openAnew();
      return null;
    }
    return page;
  }

  // MARK: Regions

  const regions = {
    wanted: false,
    running: false,

    /// Asks for fresh regions as soon as the page is seen and nobody works in them.
    want() {
      this.wanted = true;
      this.run();
    },

    async run() {
      if (!this.wanted || this.running || document.hidden) {
        return;
      }
      const current = [...document.querySelectorAll("[data-region]")];
      if (current.length === 0) {
        this.wanted = false;
        return;
      }
      if (current.some(isHeld)) {
        return;
      }
      this.running = true;
      this.wanted = false;
      try {
        const page = await fetchPage();
        if (page !== null) {
          this.replaceAll(page);
        }
      } catch {
        // `ask` has told it, and the stream asks again when the desk is back.
      } finally {
        this.running = false;
      }
      // Another change came meanwhile. A region that became held has its own event to come back.
      this.run();
    },

    replaceAll(page) {
      for (const region of document.querySelectorAll("[data-region]")) {
        const fresh = page.querySelector(`[data-region="${CSS.escape(region.dataset.region)}"]`);
        if (fresh === null || region.isEqualNode(fresh)) {
          continue;
        }
        if (isHeld(region)) {
          this.wanted = true;
        } else {
          replaceRegion(region, document.importNode(fresh, true));
        }
      }
    },
  };

  /// Whether somebody works in the region: presses, types, has typed, or sends.
  function isHeld(region) {
    if (region.matches(":active")) {
      return true;
    }
    const active = document.activeElement;
    if (region.contains(active)) {
      const form = active.closest("form");
      // A form that is only a button holds nothing: the first item of the inbox is one, and has the focus from the start.
      if (isField(active) || (form !== null && region.contains(form) && form.querySelector(FIELD) !== null)) {
        return true;
      }
    }
    return [...region.querySelectorAll(FIELD)].some(isChanged)
      || [...region.querySelectorAll("form")].some((form) => sentForms.has(form));
  }

  function replaceRegion(region, fresh) {
    const active = region.contains(document.activeElement) ? document.activeElement : null;
    for (const details of region.querySelectorAll("details[id][open]")) {
      fresh.querySelector(`details[id="${CSS.escape(details.id)}"]`)?.setAttribute("open", "");
    }
    region.replaceWith(fresh);
    if (active !== null) {
      // Never the neighbour: a key pressed at this moment would act on a delivery that nobody has chosen.
      (sameControl(active, fresh) ?? document.getElementById("main"))?.focus({ preventScroll: true });
    }
  }

  /// The control of the fresh region that stands for the old one: by identifier, else by what it leads to.
  function sameControl(old, fresh) {
    if (old.id !== "") {
      return fresh.querySelector(`[id="${CSS.escape(old.id)}"]`);
    }
    const target = targetOf(old);
    const same = [...fresh.querySelectorAll(old.tagName)].filter((control) => targetOf(control) === target);
    return target !== null && same.length === 1 ? same[0] : null;
  }

  function targetOf(control) {
    return control.getAttribute("href")
      ?? control.getAttribute("formaction")
      ?? control.closest("form")?.getAttribute("action")
      ?? null;
  }

  function watchRegions() {
    const retry = () => setTimeout(() => regions.run(), 0);
    for (const type of ["focusout", "pointerup", "pointercancel", "visibilitychange"]) {
      document.addEventListener(type, retry);
    }
  }

  // MARK: Live

  function showCounts(counts) {
    for (const [name, count] of Object.entries(counts)) {
      for (const place of document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) {
        place.textContent = String(count);
        place.hidden = count === 0;
      }
    }
  }

  function showWaiting(waiting) {
    const title = document.title.replace(/^\(\d+\)\s+/, "");
    document.title = waiting > 0 ? `(${waiting}) ${title}` : title;
  }

  /// What the stream told, in the page that holds it and in the others alike.
  function receive({ type, data }) {
    switch (type) {
    case "changed":
      desk.answered();
      showCounts(data.counts ?? {});
      if (Number.isInteger(data.waiting)) {
        showWaiting(data.waiting);
      }
      announce(data.say);
      regions.want();
      break;
    case "locked":
      openAnew();
      break;
    case "lost":
      desk.failed(GONE_AFTER_STREAM);
      break;
    case "found":
      desk.answered();
      regions.want();
      break;
    case "ended":
      desk.end();
      break;
    default:
      break;
    }
  }

  /// One stream for all the tabs of the desk: a browser opens at most six connections to one HTTP/1.1 server, and the
  /// seventh tab would wait for ever. The tab that holds the lock has the stream and tells the others.
  function startLive() {
    const address = document.body.dataset.live;
    if (!address || typeof EventSource === "undefined") {
      return;
    }
    if (!navigator.locks || typeof BroadcastChannel === "undefined") {
      follow(address, receive, false);
      return;
    }
    const channel = new BroadcastChannel("liaison-desk-live");
    channel.addEventListener("message", (event) => receive(event.data));
    const tell = (news) => {
      channel.postMessage(news);
      receive(news);
    };
    const started = performance.now();
    navigator.locks.request("liaison-desk-live", () => {
      // A tab that takes over later may have missed something in between.
      follow(address, tell, performance.now() - started > 1_000);
      return new Promise(() => {});
    }).catch(() => follow(address, receive, false));
  }

  /// Follows the stream and tells its news. When it breaks, it is opened again once the desk has proven that it is still the one that
  /// made this page.
  function follow(address, tell, mayHaveMissed) {
    let missed = mayHaveMissed;
    let tries = 0;

    async function openAgain() {
      tries += 1;
      const isThere = await isDesk().catch(() => null);
      if (isThere) {
        tries = 0;
        open();
      } else if (isShared && isThere === false) {
        tell({ type: "locked" });
      } else if (isThere === false || tries >= MOST_TRIES) {
        tell({ type: "ended" });
      } else {
        setTimeout(openAgain, RETRY_DELAY);
      }
    }

    function open() {
      const source = new EventSource(address);
      source.addEventListener("open", () => {
        if (missed) {
          missed = false;
          tell({ type: "found" });
        }
      });
      source.addEventListener("changed", (event) => {
        const data = parseJSON(event.data);
        if (data !== null) {
          tell({ type: "changed", data });
        }
      });
      source.addEventListener("locked", () => tell({ type: "locked" }));
      source.addEventListener("ended", () => {
        source.close();
        tell({ type: "ended" });
      });
      source.addEventListener("error", () => {
        missed = true;
        source.close();
        tell({ type: "lost" });
        setTimeout(openAgain, RETRY_DELAY);
      });
    }

    open();
  }

  function parseJSON(text) {
    try {
      const value = JSON.parse(text);
      return typeof value === "object" ? value : null;
    } catch {
      return null;
    }
  }

  // MARK: Checks while typing

  /// Keeps one form's draft at the desk: one request at a time, and the last state always gets sent.
  class DraftKeeper {
    constructor(form) {
      this.form = form;
      this.timer = undefined;
      this.isUnsent = false;
      this.isSending = false;
      this.hasFailed = false;
      this.errors = null;
      // Fields that show their error: those the server has refused already, and those that were left with something in them.
      this.left = new Set([...form.querySelectorAll("[data-error]:not(:empty)")].map((place) => place.dataset.error));
    }

    changed() {
      this.isUnsent = true;
      this.sendAfter(TYPING_PAUSE);
    }

    leave(field) {
      if (isFilled(field)) {
        this.left.add(field.name);
      }
      if (this.isUnsent || (this.errors === null && isFilled(field))) {
        this.isUnsent = true;
        this.sendAfter(0);
      } else if (this.errors !== null) {
        this.showErrors();
      }
    }

    sendAfter(delay) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), delay);
    }

    async send() {
      // A form on its way to the server must not be overtaken by its own draft.
      if (this.isSending || !this.isUnsent || sentForms.has(this.form)) {
        return;
      }
      this.isSending = true;
      this.isUnsent = false;
      try {
        const answer = await ask(this.form.dataset.check, this.request());
        if (!answer.ok) {
          throw new Error(`The desk answered ${answer.status}.`);
        }
        const told = await answer.json();
        if (typeof told.revision === "string" && this.form.elements.revision) {
          this.form.elements.revision.value = told.revision;
        }
        this.show(told);
      } catch {
        this.isUnsent = true;
        this.showSaved(texts.notSaved, true);
      } finally {
        this.isSending = false;
      }
      if (this.isUnsent) {
        this.sendAfter(this.hasFailed ? RETRY_DELAY : TYPING_PAUSE);
      }
    }

    /// The page is going away: what is unsent, or on its way, is sent in a request that outlives the page.
    sendLast() {
      clearTimeout(this.timer);
      if ((this.isUnsent || this.isSending) && !sentForms.has(this.form)) {
        fetch(this.form.dataset.check, { ...this.request(), credentials: "same-origin", keepalive: true }).catch(() => {});
      }
    }

    request() {
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(this.form)) {
        if (typeof value === "string") {
          body.append(name, value);
        }
      }
      return { method: "POST", headers: { "Accept": "application/json" }, body };
    }

    show(answer) {
      this.errors = answer.errors ?? {};
      // What was typed since is judged by the next answer.
      if (!this.isUnsent) {
        this.showErrors();
      }
      if (typeof answer.saved === "string") {
        this.showSaved(answer.saved, false);
      }
      this.hasFailed = false;
    }

    showErrors() {
      for (const place of this.form.querySelectorAll("[data-error]")) {
        const name = place.dataset.error;
        const text = this.left.has(name) ? this.errors[name] ?? "" : "";
        if (place.textContent !== text) {
          place.textContent = text;
        }
        place.closest(".field")?.classList.toggle("field--error", text !== "");
        for (const field of this.form.elements) {
          if (field.name === name) {
            markInvalid(field, text !== "");
          }
        }
      }
    }

    showSaved(text, hasFailed) {
      this.hasFailed = hasFailed;
      for (const place of document.querySelectorAll("[data-saved]")) {
        place.textContent = text;
        place.classList.toggle("saved--failed", hasFailed);
      }
    }
  }

  function markInvalid(field, isInvalid) {
    if (isInvalid) {
      field.setAttribute("aria-invalid", "true");
    } else {
      field.removeAttribute("aria-invalid");
    }
  }

  const keepers = new Map();

  function keeperOf(field) {
    const form = isField(field) && field.type !== "file" ? field.form : null;
    if (!form || form.dataset.check === undefined) {
      return null;
    }
    if (!keepers.has(form)) {
      keepers.set(form, new DraftKeeper(form));
    }
    return keepers.get(form);
  }

  function startChecks() {
    document.addEventListener("input", (event) => keeperOf(event.target)?.changed());
    document.addEventListener("focusout", (event) => keeperOf(event.target)?.leave(event.target));
    window.addEventListener("pagehide", () => {
      for (const keeper of keepers.values()) {
        keeper.sendLast();
      }
    });
  }

  // MARK: Forms are sent once

  const sentForms = new Set();

  function startSendingOnce() {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      const method = event.submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get";
      if (event.defaultPrevented || method.toLowerCase() !== "post") {
        return;
      }
      const upload = [...uploads.values()].find((one) => one.isRunning && one.input.form === form);
      if (upload !== undefined) {
        event.preventDefault();
        upload.showError(texts.uploading);
        announce(texts.uploading);
      } else if (sentForms.has(form)) {
        event.preventDefault();
      } else if (form.dataset.download === undefined) {
        sentForms.add(form);
        // Only after this event: the name of a disabled button would be missing from what is sent.
        setTimeout(() => setButtonsDisabled(form, true), 0);
      }
    });
    window.addEventListener("pageshow", () => {
      for (const form of sentForms) {
        setButtonsDisabled(form, false);
      }
      sentForms.clear();
    });
  }

  function setButtonsDisabled(form, isDisabled) {
    for (const control of form.elements) {
      if (control.type !== "submit") {
        continue;
      }
      // A button that the server had disabled stays so.
      if (isDisabled && !control.disabled) {
        control.disabled = true;
        control.dataset.sent = "";
      } else if (!isDisabled && control.dataset.sent !== undefined) {
        control.disabled = false;
        delete control.dataset.sent;
      }
    }
  }

  // MARK: Uploads

  /// Sends the files of one input, one after the other, and then shows the list that the desk has.
  class Upload {
    constructor(input) {
      this.input = input;
      this.area = input.closest("[data-drop]") ?? input.parentElement;
      this.progress = this.area.querySelector("progress");
      this.waiting = [];
      this.isRunning = false;
    }

    add(files) {
      this.waiting.push(...files);
      if (this.waiting.length > 0 && !this.isRunning) {
        this.run();
      }
    }

    async run() {
      const problems = [];
      let added = 0;
      this.isRunning = true;
      this.showError("");
      this.progress?.setAttribute("aria-label", texts.uploadProgress);
      for (let file = this.waiting.shift(); file !== undefined; file = this.waiting.shift()) {
        this.showProgress(0, file.size);
        const problem = await this.send(file);
        if (problem === null) {
          added += 1;
        } else {
          problems.push(file.name + texts.separator + problem);
        }
      }
      if (this.progress !== null) {
        this.progress.hidden = true;
      }
      this.showError(problems.join("\n"));
      announce(problems.length > 0 ? problems.join(" ") : texts.uploaded);
      if (added > 0) {
        await this.showFiles();
      }
      this.isRunning = false;
      // Files that were dropped while the list was fetched.
      this.add([]);
    }

    /// Sends one file; the outcome is null, or the text of what went wrong.
    async send(file) {
      try {
        // A folder that was dropped looks like a file until somebody reads it.
        await file.slice(0, 1).arrayBuffer();
      } catch {
        return texts.unreadable;
      }
      const body = new FormData();
      body.append("token", this.input.form?.elements.namedItem("token")?.value ?? "");
      body.append("file", file);
      return new Promise((resolve) => {
        const request = new XMLHttpRequest();
        request.upload.addEventListener("progress", (event) => this.showProgress(event.loaded, event.total));
        request.addEventListener("load", () => {
          desk.answered();
          resolve(problemOf(request));
        });
        request.addEventListener("error", () => {
          desk.failed(GONE_AFTER_REQUEST);
          resolve(texts.uploadFailed);
        });
        request.addEventListener("abort", () => resolve(texts.uploadFailed));
        request.open("POST", this.input.dataset.upload);
        request.send(body);
      });
    }

    showProgress(value, max) {
      if (this.progress !== null) {
        this.progress.hidden = false;
        this.progress.max = Math.max(max, 1);
        this.progress.value = value;
      }
    }

    showError(text) {
      let place = this.area.querySelector(".error") ?? this.area.closest(".field")?.querySelector(".error") ?? null;
      if (place === null) {
        place = document.createElement("p");
        place.className = "error";
        this.area.append(place);
      }
      place.textContent = text;
    }

    async showFiles() {
      try {
        const fresh = (await fetchPage())?.querySelector("ul.files") ?? null;
        const current = document.querySelector("ul.files");
        if (fresh !== null && current !== null) {
          current.replaceWith(document.importNode(fresh, true));
        } else if (fresh !== null) {
          this.area.after(document.importNode(fresh, true));
        }
      } catch {
        // `ask` has told it.
      }
    }
  }

  function problemOf(request) {
    if (request.status >= 200 && request.status < 300) {
      return null;
    }
    const isText = (request.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
    const text = request.status < 500 && isText ? request.responseText.trim() : "";
    return text === "" ? texts.uploadFailed : text;
  }

  const uploads = new Map();

  function uploadOf(input) {
    if (!uploads.has(input)) {
      uploads.set(input, new Upload(input));
    }
    return uploads.get(input);
  }

  function startUploads() {
    document.addEventListener("change", (event) => {
      const input = event.target;
      if (input instanceof HTMLInputElement && input.dataset.upload !== undefined) {
        const files = [...input.files];
        // The form must not send them a second time.
        input.value = "";
        uploadOf(input).add(files);
      }
    });
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
      document.addEventListener(type, drag);
    }
  }

  function drag(event) {
    const hasFiles = event.dataTransfer?.types.includes("Files") ?? false;
    if (!hasFiles || document.querySelector("[data-drop]") === null) {
      return;
    }
    // A file dropped beside the area would open in place of the page, and what was typed would be gone.
    event.preventDefault();
    const area = event.target instanceof Element ? event.target.closest("[data-drop]") : null;
    event.dataTransfer.dropEffect = area === null ? "none" : "copy";
    for (const one of document.querySelectorAll("[data-drop]")) {
      one.classList.toggle("drop--over", one === area && (event.type === "dragenter" || event.type === "dragover"));
    }
    const input = event.type === "drop" ? area?.querySelector("input[data-upload]") : null;
    if (input) {
      uploadOf(input).add(event.dataTransfer.files);
    }
  }

  // MARK: Keyboard

  const KEYS_OFF = "liaison-desk-keys-off";

  function areKeysOff() {
    try {
      return localStorage.getItem(KEYS_OFF) !== null;
    } catch {
      return false;
    }
  }

  function setKeysOff(isOff) {
    try {
      if (isOff) {
        localStorage.setItem(KEYS_OFF, "1");
      } else {
        localStorage.removeItem(KEYS_OFF);
      }
    } catch {
      // Without storage the choice cannot be kept, and the keys stay on.
    }
  }

  function itemsIn(root) {
    return [...root.querySelectorAll("[data-item]")].filter(isShown);
  }

  /// The position of the item that is, or comes last before, the element; -1 when there is none.
  function itemIndex(items, element) {
    return items.findLastIndex((item) => item === element
      || (item.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0);
  }

  /// Moves the focus among the items; false at the ends, so that the arrows still scroll the page there.
  function moveFocus(step) {
    const items = itemsIn(document);
    const from = itemIndex(items, document.activeElement);
    const next = items[from < 0 ? 0 : from + step];
    next?.focus();
    return next !== undefined;
  }

  function focusSearch() {
    const field = document.querySelector("input[type=search]");
    field?.focus();
    field?.select();
    return field !== null;
  }

  function toggleKeysDialog() {
    const dialog = document.getElementById("keys");
    if (!(dialog instanceof HTMLDialogElement)) {
      return false;
    }
    if (dialog.open) {
      dialog.close();
    } else {
      dialog.showModal();
    }
    return true;
  }

  /// Activates the control of that key. Among deliveries it is the one in the delivery that has the focus, or none:
  /// a key must never act on a delivery that nobody has chosen.
  function activate(key) {
    const delivery = document.activeElement?.closest(".delivery") ?? null;
    const control = [...document.querySelectorAll("[data-key]")]
      .filter((one) => one.dataset.key.toLowerCase() === key.toLowerCase() && !one.disabled && isShown(one))
      .filter((one) => [null, delivery].includes(one.closest(".delivery")))
      .sort((one, other) => Number(other.closest(".delivery") !== null) - Number(one.closest(".delivery") !== null))[0];
    control?.click();
    return control !== undefined;
  }

  /// What the key does; false when it does nothing here.
  function act(event) {
    const isInList = (document.activeElement?.closest(".deliveries, [data-region=list]") ?? null) !== null;
    switch (event.key) {
    case "?":
      return toggleKeysDialog();
    case "Escape": {
      const dialog = document.querySelector("dialog[open]");
      dialog?.close();
      return dialog !== null;
    }
    case "/":
      return focusSearch();
    case "ArrowDown":
      return isInList && moveFocus(1);
    case "ArrowUp":
      return isInList && moveFocus(-1);
    default:
      break;
    }
    // A key that is held down acts once, also when the page changes under it.
    if (event.key.length === 1 && event.key !== " " && !event.repeat && activate(event.key)) {
      return true;
    }
    switch (event.key) {
    case "j":
      return moveFocus(1);
    case "k":
      return moveFocus(-1);
    default:
      return false;
    }
  }

  function startKeys() {
    document.addEventListener("keydown", (event) => {
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) {
        return;
      }
      if (isField(event.target)) {
        return;
      }
      const isOpen = document.querySelector("dialog[open]") !== null;
      const isAllowed = isOpen ? ["?", "Escape"].includes(event.key) : !areKeysOff();
      if (isAllowed && act(event)) {
        event.preventDefault();
      }
    });
    document.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("[data-opens=keys]") !== null) {
        toggleKeysDialog();
      }
    });
    for (const box of document.querySelectorAll("input[data-keys-off]")) {
      box.checked = areKeysOff();
      box.addEventListener("change", () => setKeysOff(box.checked));
    }
  }

  // MARK: Where the focus starts

  function startFocus() {
    const asked = document.querySelector("[data-focus]");
    if (asked !== null) {
      asked.focus();
      return;
    }
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (isFree && location.hash === "") {
      document.querySelector("[data-region=list] [data-item]")?.focus();
    }
  }

  // MARK: Start

  startFocus();
  startKeys();
  startChecks();
  startUploads();
  startSendingOnce();
  watchRegions();
  startLive();
})();
