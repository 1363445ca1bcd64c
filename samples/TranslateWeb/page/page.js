// The page: sends the sentence, shows tokens as they come, and what each word looked at.

const TypingPause = 400; // milliseconds without a key before a translation starts by itself
const MostRetries = 5;   // of a request that a busy service turned away
const MostUnbroken = 4;  // words and marks that a line does not part

const form = document.getElementById("form");
const input = document.getElementById("text");
const count = document.getElementById("count");
const error = document.getElementById("error");
const translation = document.getElementById("translation");
const announcement = document.getElementById("status");
const looks = document.getElementById("looks");
const source = document.getElementById("source");
const detail = document.getElementById("detail");
const mostCharacters = Number(form.dataset.maxCharacters);

let running = null; // the AbortController of the translation that runs
let typing = 0;     // the timer of the pause in typing

/** The characters that the model sees. */
function characters(text) {
    return [...text.normalize("NFKC").replace(/\s/gu, "")].length;
}

function showCount() {
    const n = characters(input.value);
    count.textContent = `${n} of at most ${mostCharacters} characters`;
    count.classList.toggle("over", n > mostCharacters);
}

function showError(message) {
    error.textContent = message;
    error.hidden = message === "";
}

function clear() {
    running?.abort();
    running = null;
    showError("");
    translation.replaceChildren();
    translation.dataset.state = "empty";
    announcement.textContent = "";
    looks.hidden = true;
}

/** Server-sent events of a response, one after the other. */
async function* events(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let buffer = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done) {
            return;
        }

        buffer += value;
        let end;
        while ((end = buffer.indexOf("\n\n")) >= 0) {
            const event = { type: "message", data: "" };
            for (const line of buffer.slice(0, end).split("\n")) {
                if (line.startsWith("event: ")) {
                    event.type = line.slice(7);
                } else if (line.startsWith("data: ")) {
                    event.data += line.slice(6);
                }
            }

            buffer = buffer.slice(end + 2);
            yield event;
        }
    }
}

/** What a problem of the service (RFC 9457) says to a person. */
async function explain(response) {
    try {
        const problem = await response.json();
        return Object.values(problem.errors ?? {}).flat().join(" ") || problem.detail || problem.title;
    } catch {
        return `The service answered with status ${response.status}.`;
    }
}

function pause(milliseconds, signal) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, milliseconds);
        signal.addEventListener("abort", () => {
            clearTimeout(timer);
            reject(signal.reason);
        });
    });
}

async function request(text, signal) {
    for (let retry = 0; ; retry++) {
        const response = await fetch("translate/stream", {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ text: text.toWellFormed?.() ?? text }),
            signal,
        });
        if (response.status !== 429 || retry === MostRetries) {
            return response;
        }

        showError("The service is busy. Your sentence waits for its turn…");
        await pause(1000 * (Number(response.headers.get("Retry-After")) || 1), signal);
    }
}

async function translate() {
    clearTimeout(typing);
    clear();
    const text = input.value;
    if (text.trim() === "") {
        return;
    }

    if (characters(text) > mostCharacters) {
        showError(`That is too long to translate at once: at most ${mostCharacters} characters. Split it into shorter sentences.`);
        return;
    }

    const controller = new AbortController();
    running = controller;
    translation.dataset.state = "running";
    let complete = false;
    try {
        const response = await request(text, controller.signal);
        showError("");
        if (!response.ok) {
            showError(await explain(response));
            return;
        }

        for await (const event of events(response)) {
            if (controller.signal.aborted) {
                return;
            }

            const data = JSON.parse(event.data);
            if (event.type === "token") {
                translation.append(data.text);
            } else if (event.type === "done") {
                complete = true;
                showWords(data);
            }
        }

        if (!complete) {
            showError("The connection ended before the translation did. Try again.");
        }
    } catch (failure) {
        if (!controller.signal.aborted) {
            showError("The service cannot be reached. Is it running? Try again.");
            console.warn(failure);
        }
    } finally {
        if (running === controller) {
            running = null;
            translation.dataset.state = translation.textContent === "" && !complete ? "empty" : "done";
        }
    }
}

/** Tokens put together to words: each has its text and the mean of its tokens' attention. */
function words({ targetTokens, weights }) {
    const result = [];
    targetTokens.forEach((token, i) => {
        if (token === "<eos>" && i === targetTokens.length - 1) {
            return;
        }

        const isInside = result.length > 0 && /^[\p{L}\p{N}'’]/u.test(token) && /[\p{L}\p{N}'’]$/u.test(result.at(-1).text);
        if (isInside || token === "") {
            const word = result.at(-1);
            if (word) {
                word.text += token;
                word.rows.push(weights[i]);
            }
        } else {
            result.push({ text: token, rows: [weights[i]] });
        }
    });
    return result.map(({ text, rows }) => ({ text, attention: rows[0].map((_, column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length) }));
}

function percent(weight) {
    return `${Math.round(100 * weight)} %`;
}

function showWords({ text, attention }) {
    announcement.textContent = text === "" ? "The translation is empty." : text;
    source.replaceChildren(...attention.sourceTokens.map(token => {
        const item = document.createElement("li");
        item.textContent = token === "<eos>" ? "end" : token === "<unk>" ? "unknown" : token;
        item.classList.toggle("special", item.textContent !== token);
        return item;
    }));

    const buttons = words(attention).map(({ text: word, attention: weights }) => {
        const most = weights
            .map((weight, i) => ({ weight, name: source.children[i].textContent }))
            .sort((a, b) => b.weight - a.weight)
            .filter(({ weight }, i) => i === 0 || (i < 3 && weight >= 0.05))
            .map(({ weight, name }) => `${name} ${percent(weight)}`)
            .join(", ");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = word.trim();
        button.setAttribute("aria-pressed", "false");
        button.setAttribute("aria-label", `${word.trim()}, looked at ${most}`);
        const show = () => showAttention(button, weights, most);
        button.addEventListener("pointerenter", show);
        button.addEventListener("focus", show);
        button.addEventListener("click", show);
        return { button, beginsAnew: word.startsWith(" ") };
    });

    // A full stop stays on the line of its word.
    const unbroken = [];
    for (const { button, beginsAnew } of buttons) {
        if (beginsAnew || unbroken.length === 0 || unbroken.at(-1).childElementCount === MostUnbroken) {
            unbroken.push(beginsAnew ? " " : "", document.createElement("span"));
        }

        unbroken.at(-1).append(button);
    }

    translation.replaceChildren(...unbroken);
    looks.hidden = buttons.length === 0;
    detail.textContent = "Hover, tap or focus a word.";
}

function showAttention(button, weights, most) {
    for (const other of translation.querySelectorAll("button")) {
        other.setAttribute("aria-pressed", String(other === button));
    }

    weights.forEach((weight, i) => {
        const item = source.children[i];
        item.style.setProperty("--weight", weight);
        item.dataset.percent = weight >= 0.005 ? percent(weight) : "";
    });
    detail.textContent = `“${button.textContent}” looked at ${most}.`;
}

input.addEventListener("input", event => {
    showCount();
    clearTimeout(typing);
    if (!event.isComposing) {
        typing = setTimeout(translate, TypingPause);
    }
});
input.addEventListener("compositionend", () => {
    clearTimeout(typing);
    typing = setTimeout(translate, TypingPause);
});
input.addEventListener("keydown", event => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        translate();
    }
});
form.addEventListener("submit", event => {
    event.preventDefault();
    translate();
});
form.querySelector(".examples").addEventListener("click", event => {
    if (event.target instanceof HTMLButtonElement) {
        input.value = event.target.textContent;
        showCount();
        translate();
    }
});
translation.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const all = [...translation.querySelectorAll("button")];
    const next = step && all[all.indexOf(document.activeElement) + step];
    if (next) {
        event.preventDefault();
        next.focus();
    }
});

showCount();
