// Drop, paste, choose or shoot files; they are handed to Streamlit's own uploader, which is out of sight.
const MEGABYTE = 1 << 20;
// The server holds a batch in memory until it is looked at; only then is the next one sent.
const BATCH_FILES = 10;
const BATCH_BYTES = 96 * MEGABYTE;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const { words } = data;
  const say = (text, isError = false) => {
    const line = parentElement.querySelector(".status");
    if (line) {
      line.textContent = text;
      line.classList.toggle("error", isError);
    }
  };

  const findInput = () => document.querySelector(`.st-key-${data.target} input[type="file"]`);
  const state = () => (parentElement.querySelector(".tv-root").tvState ??= { waiting: [], sent: null });

  const send = (files) => {
    const input = findInput();
    if (!input) return;
    const carried = new DataTransfer();
    files.forEach((file) => carried.items.add(file));
    state().sent = { files, input, received: data.received };
    input.files = carried.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const sendNext = () => {
    const { waiting } = state();
    const batch = [];
    let bytes = 0;
    while (waiting.length && batch.length < BATCH_FILES && (!batch.length || bytes + waiting[0].size <= BATCH_BYTES)) {
      bytes += waiting[0].size;
      batch.push(waiting.shift());
    }
    if (batch.length) send(batch);
  };

  // What was sent has arrived, or was lost with an uploader that Streamlit has exchanged meanwhile.
  const follow = () => {
    const { sent, waiting } = state();
    if (!sent || data.busy) return;
    if (data.received > sent.received) {
      state().sent = null;
      if (waiting.length) {
        say(words.uploading.replace("{count}", waiting.length));
        sendNext();
      }
    } else if (findInput() && findInput() !== sent.input) send(sent.files);
  };

  const hand = (files) => {
    if (!files.length) return;
    const kept = [];
    const refused = [];
    for (const file of data.multiple ? files : [files[0]]) {
      const isRight = !data.suffixes.length || data.suffixes.some((end) => file.name.toLowerCase().endsWith(end));
      if (!isRight) refused.push(words.wrong_kind.replace("{name}", file.name));
      else if (file.size > data.limit_mb * MEGABYTE) refused.push(words.too_large.replace("{name}", file.name));
      else kept.push(file);
    }
    state().waiting.push(...kept);
    say(refused.length ? refused.join(" ") : words.uploading.replace("{count}", kept.length), refused.length > 0);
    if (!state().sent) sendNext();
  };

  const stopCamera = () => {
    const view = parentElement.querySelector("video");
    view?.srcObject?.getTracks().forEach((track) => track.stop());
    parentElement.querySelector(".camera")?.remove();
    parentElement.querySelector('[data-focus="camera"]')?.focus();
  };

  const shoot = () => {
    const view = parentElement.querySelector("video");
    const canvas = build("canvas");
    canvas.width = view.videoWidth;
    canvas.height = view.videoHeight;
    canvas.getContext("2d").drawImage(view, 0, 0);
    canvas.toBlob(
      (blob) => {
        stopCamera();
        const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
        if (blob) hand([new File([blob], `camera-${stamp}.jpg`, { type: "image/jpeg" })]);
      },
      "image/jpeg",
      0.92,
    );
  };

  const startCamera = async () => {
    if (parentElement.querySelector(".camera")) return;
    try {
      const wanted = { video: { facingMode: "environment", width: { ideal: 1920 } }, audio: false };
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      const view = build("video", { autoplay: true, playsinline: true, muted: true });
      view.srcObject = stream;
      const take = build("button", { type: "button", class: "primary", on: { click: shoot } }, words.shoot);
      const cancel = build("button", { type: "button", on: { click: stopCamera } }, words.cancel);
      const panel = build("div", { class: "camera" }, view, build("div", { class: "buttons" }, take, cancel));
      parentElement.querySelector(".tv-root").appendChild(panel);
      take.focus();
    } catch {
      say(words.no_camera, true);
    }
  };

  const make = () => {
    const picker = build("input", {
      type: "file",
      class: "hidden",
      tabindex: "-1",
      "aria-hidden": "true",
      multiple: data.multiple,
      accept: data.accept,
      on: {
        change: (event) => {
          hand([...event.target.files]);
          event.target.value = "";
        },
      },
    });
    const button = (key, text, action, kind = "") =>
      build("button", { type: "button", class: kind, "data-focus": key, on: { click: action } }, text);
    const buttons = build("div", { class: "buttons" }, button("choose", words.choose, () => picker.click(), "primary"));
    if (data.camera) buttons.append(button("camera", words.camera, startCamera));
    if (data.sample) buttons.append(button("sample", words.sample, () => setTriggerValue("sample", Date.now())));
    const lines = build("div", { class: "lines" }, build("p", { class: "title" }, words.title));
    if (words.paste) lines.append(build("p", { class: "small" }, words.paste));
    const zone = build("div", { class: `zone${data.compact ? " compact" : ""}` }, icon(), lines, buttons, picker);
    return [zone, build("p", { class: "status", role: "status" })];
  };

  const root = rebuild(parentElement, data, make);
  follow();
  const zone = root.querySelector(".zone");
  const isMine = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const over = (event) => {
    if (!isMine(event)) return;
    event.preventDefault();
    zone.classList.add("over");
  };
  const leave = (event) => {
    if (!event.relatedTarget) zone.classList.remove("over");
  };
  const drop = (event) => {
    if (!isMine(event)) return;
    event.preventDefault();
    zone.classList.remove("over");
    hand([...event.dataTransfer.files]);
  };
  const paste = (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) {
      event.preventDefault();
      hand(files);
    }
  };
  // A photo may be dropped and pasted anywhere on the page; a model only on its own zone.
  const place = data.whole_page ? document : zone;
  const listeners = { dragover: over, dragleave: leave, drop };
  if (data.whole_page) listeners.paste = paste;
  for (const [name, listener] of Object.entries(listeners)) place.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) place.removeEventListener(name, listener);
    parentElement.querySelector("video")?.srcObject?.getTracks().forEach((track) => track.stop());
  };
}

function icon() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("aria-hidden", "true");
  for (const outline of [
    "M8 12h32a3 3 0 0 1 3 3v20a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3V15a3 3 0 0 1 3-3Z",
    "m6 34 11-11 8 8 6-6 11 10",
    "M33 21.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Z",
  ]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", outline);
    svg.appendChild(path);
  }
  return svg;
}
