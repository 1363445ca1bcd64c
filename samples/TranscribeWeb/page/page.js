import { openFile, openMicrophone, SoundError } from "./sound.js";

const MostBuffered = 1 << 18; // bytes on their way to the service, of a file, which can wait
const MostLate = 1 << 22; // of a microphone, which cannot
const CopiedPause = 2000;

const element = id => document.getElementById(id);
const [form, record, choose, file, language, level, state, time, error, transcript, segments, pending, partial, copy] =
    ["form", "record", "choose", "file", "language", "level", "state", "time", "error", "transcript", "segments", "pending", "partial", "copy"].map(element);

/** The session that runs: its sound, and its connection. */
let session = null;
let copied;

function showError(message) {
    error.textContent = message;
    error.hidden = message === "";
}

function clock(seconds) {
    const whole = Math.floor(seconds);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function showState(text) {
    state.textContent = text;
}

function showButtons() {
    record.textContent = session ? "Stop" : "Record";
    record.classList.toggle("stops", session !== null);
    record.disabled = session?.isEnding ?? false;
    choose.disabled = language.disabled = session !== null;
}

function clear() {
    segments.replaceChildren();
    pending.textContent = partial.textContent = time.textContent = "";
    transcript.dataset.state = "empty";
    copy.hidden = true;
    showError("");
}

/** Shows what the service has heard. */
function show(message) {
    const isAtEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 40;
    for (const segment of message.segments ?? []) {
        const line = document.createElement("p");
        const start = document.createElement("time");
        start.textContent = clock(segment.start);
        const text = document.createElement("span");
        text.textContent = segment.text;
        line.append(start, text);
        segments.append(line);
    }

    pending.textContent = (message.pending ?? "").trimStart();
    partial.textContent = pending.textContent === "" ? (message.partial ?? "").trimStart() : message.partial;
    if (message.language && segments.lang !== message.language) {
        segments.lang = pending.lang = partial.lang = message.language;
    }

    time.textContent = `${clock(message.seconds)} heard`;
    transcript.dataset.state = segments.childElementCount > 0 || pending.textContent !== "" || partial.textContent !== "" ? "words" : "empty";
    copy.hidden = segments.childElementCount === 0 && pending.textContent === "";
    if (isAtEnd) {
        window.scrollTo(0, document.body.scrollHeight);
    }
}

function showLoudness(part) {
    let most = 0;
    for (let i = 0; i < part.length; i += 4) {
        most = Math.max(most, Math.abs(part[i]));
    }

    // Loudness is heard in decibels: a thousandth is the left end.
    level.value = most > 0 ? Math.max(0, 1 + Math.log10(most / 32768) / 3) : 0;
}

/** Begins a session with a sound that is being opened. */
async function begin(opening, opensWith) {
    clear();
    const own = session = { isEnding: false, sound: null, socket: null };
    showButtons();
    showState(opensWith);
    try {
        own.sound = await opening;
    } catch (failure) {
        finish(own, failure instanceof SoundError ? failure.message : `The sound cannot be opened: ${failure.message}`);
        return;
    }

    if (session !== own || own.isEnding) {
        finish(own, "");
        return;
    }

    const address = new URL("live", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = own.socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    let wrong = "";
    let isDone = false;
    socket.addEventListener("open", () => socket.send(JSON.stringify({ sampleRate: own.sound.sampleRate, language: language.value })));
    socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(data);
        if (message.error) {
            wrong = message.error;
        } else if (message.listens) {
            showState(own.sound.name === "microphone" ? "Listening." : `Hearing “${own.sound.name}”, ${clock(own.sound.seconds)} long.`);
            own.sound.start(part => send(own, part), reason => end(own, reason), () => hasRoom(socket));
        } else {
            show(message);
        }
    });
    socket.addEventListener("close", ({ code, reason }) => {
        isDone = true;
        const lost = own.hasListened ? "The connection ended. What was heard is above." : "The service cannot be reached. Is it running? Try again.";
        finish(own, wrong || (code === 1000 ? own.reason ?? "" : code === 1001 && reason ? reason : lost));
    });
    socket.addEventListener("message", () => { own.hasListened = true; }, { once: true });
    socket.addEventListener("error", () => { if (!isDone) { console.warn("The WebSocket failed."); } });
}

function send(own, part) {
    if (own.isEnding || own.socket.readyState !== WebSocket.OPEN) {
        return;
    }

    showLoudness(part);
    own.socket.send(part);
    if (own.socket.bufferedAmount > MostLate) {
        end(own, "The service, or the way to it, is too slow for this microphone. What was heard is above.");
    }
}

async function hasRoom(socket) {
    while (socket.bufferedAmount > MostBuffered && socket.readyState === WebSocket.OPEN) {
        await new Promise(resolve => setTimeout(resolve, 50));
    }
}

/** Ends the sound; the service still writes what it has not written. */
function end(own, reason) {
    if (own.isEnding) {
        return;
    }

    own.isEnding = true;
    own.reason = reason;
    own.sound?.close();
    level.value = 0;
    showButtons();
    showState("Writing the last words …");
    if (own.socket?.readyState === WebSocket.OPEN) {
        own.socket.send(JSON.stringify({ end: true }));
    } else {
        own.socket?.close();
    }
}

/** Ends the session. */
function finish(own, message) {
    own.isEnding = true;
    own.sound?.close();
    if (session !== own) {
        return;
    }

    session = null;
    level.value = 0;
    if (message !== "") {
        // What was not final is not certain, but all there is.
        pending.textContent += partial.textContent;
    }

    partial.textContent = "";
    showError(message);
    showState(message === "" ? "Done." : "Stopped.");
    showButtons();
}

async function copyTranscript() {
    const text = [...segments.querySelectorAll("span")].map(span => span.textContent).concat(pending.textContent || []).join("\n");
    try {
        await navigator.clipboard.writeText(text);
        copy.textContent = "Copied";
    } catch {
        getSelection().selectAllChildren(transcript);
        copy.textContent = document.execCommand("copy") ? "Copied" : "Press Ctrl + C";
    }

    clearTimeout(copied);
    copied = setTimeout(() => { copy.textContent = "Copy"; }, CopiedPause);
}

function take(files) {
    if (session || files.length === 0) {
        return;
    }

    begin(openFile(files[0]), `Reading “${files[0].name}” …`);
}

form.addEventListener("submit", event => {
    event.preventDefault();
    if (session) {
        end(session, "");
    } else {
        begin(openMicrophone(), "Asking for the microphone …");
    }
});
choose.addEventListener("click", () => file.click());
file.addEventListener("change", () => {
    take([...file.files]);
    file.value = "";
});
copy.addEventListener("click", copyTranscript);
for (const kind of ["dragenter", "dragover"]) {
    addEventListener(kind, event => {
        event.preventDefault();
        document.body.classList.toggle("dropping", session === null);
    });
}

addEventListener("dragleave", event => {
    if (event.relatedTarget === null) {
        document.body.classList.remove("dropping");
    }
});
addEventListener("drop", event => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    take([...event.dataTransfer.files]);
});
showButtons();
