// The page: sends the text, shows tokens as they come, what each word looked at, and other translations.

import { events, explain, post } from "./service.js";
import { joinWords, percent } from "./words.js";

const TypingPause = 400;   // milliseconds without a key before a translation starts by itself
const CopiedPause = 2000;  // how long it says that the translation was copied
const MostUnbroken = 16;   // characters of a word and its marks that a line does not part
const MostUnknown = 10;    // unknown characters that are named
const Alternatives = 4;    // translations of each sentence to choose from

const form = document.getElementById("form");
const input = document.getElementById("text");
const count = document.getElementById("count");
const error = document.getElementById("error");
const translation = document.getElementById("translation");
const copy = document.getElementById("copy");
const unknown = document.getElementById("unknown");
const announcement = document.getElementById("status");
const looks = document.getElementById("looks");
const source = document.getElementById("source");
const detail = document.getElementById("detail");
const others = document.getElementById("others");
const alternatives = document.getElementById("alternatives");
const mostCharacters = Number(form.dataset.maxCharacters);
const growsByItself = CSS.supports("field-sizing", "content");

let running = null;    // the AbortController of the translation that runs
let comparing = null;  // the AbortController of the request for other translations
let typing = 0;        // the timer of the pause in typing
let copied = 0;        // the timer that takes "Copied" back
let sentences = [];    // what the service said of each sentence
let shown = null;      // the sentence whose tokens are shown

/** The characters that the model sees. */
function characters(text) {
    return [...text.normalize("NFKC").replace(/\s/gu, "")].length;
}

function showCount() {
    const n = characters(input.value);
    const isOver = n > mostCharacters;
    count.textContent = isOver ? `${n} of at most ${mostCharacters} characters` : `${n} ${n === 1 ? "character" : "characters"}`;
    count.classList.toggle("over", isOver);
    if (!growsByItself) {
        input.style.height = "auto";
        input.style.height = `${input.scrollHeight + input.offsetHeight - input.clientHeight}px`;
    }
}

function showError(message) {
    error.textContent = message;
    error.hidden = message === "";
}

function clear() {
    running?.abort();
    running = null;
    comparing?.abort();
    sentences = [];
    shown = null;
    showError("");
    translation.replaceChildren();
    translation.dataset.state = "empty";
    announcement.textContent = "";
    unknown.hidden = looks.hidden = others.hidden = copy.hidden = true;
    others.open = false;
    alternatives.replaceChildren();
}

/** @param {boolean} isAsked Whether somebody asks for it, rather than pauses. */
async function translate(isAsked) {
    clearTimeout(typing);
    clear();
    const text = input.value;
    if (text.trim() === "") {
        if (isAsked) {
            showError("There is no text to translate. Type or paste Chinese sentences, or choose an example.");
            input.focus();
        }

        return;
    }

    const controller = new AbortController();
    running = controller;
    translation.dataset.state = "running";
    let isComplete = false;
    try {
        const response = await post("translate/stream", { text: text.toWellFormed?.() ?? text }, controller.signal,
            () => showError("The service is busy. Your text waits for its turn…"));
        showError("");
        if (!response.ok) {
            showError(await explain(response));
            return;
        }

        for await (const event of events(response)) {
            if (controller.signal.aborted) {
                return;
            }

            if (event.type === "token") {
                sentenceElement(event.data.sentence).append(event.data.text);
            } else if (event.type === "sentence") {
                sentences.push(event.data);
                showSentence(event.data);
            } else if (event.type === "done") {
                isComplete = true;
                showWhole(event.data.text);
            }
        }

        if (!isComplete) {
            showError("The connection ended before the translation did. Try again, or with less text.");
        }
    } catch (failure) {
        if (!controller.signal.aborted) {
            showError("The service cannot be reached. Is it running? Try again.");
            console.warn(failure);
        }
    } finally {
        if (running === controller) {
            running = null;
            translation.dataset.state = translation.textContent === "" && !isComplete ? "empty" : "done";
        }
    }
}

/** The element of a sentence; the space or the line breaks before it are outside of it. */
function sentenceElement(index) {
    while (translation.childElementCount <= index) {
        translation.append(document.createElement("span"));
    }

    return translation.children[index];
}

/** Makes buttons of the words of a sentence. */
function showSentence(sentence) {
    const names = tokenNames(sentence);
    const buttons = joinWords(sentence.attention).map(({ text, attention }) => {
        const most = attention
            .map((weight, i) => ({ weight, name: names[i] }))
            .sort((a, b) => b.weight - a.weight)
            .filter(({ weight }, i) => i === 0 || (i < 3 && weight >= 0.05))
            .map(({ weight, name }) => `${name} ${percent(weight)}`)
            .join(", ");
        const button = document.createElement("button");
        button.type = "button";
        button.tabIndex = -1;
        button.textContent = text.trim();
        button.setAttribute("aria-pressed", "false");
        button.setAttribute("aria-label", `${text.trim()}, looked at ${most}`);
        const show = () => showAttention(button, sentence, attention, most);
        button.addEventListener("pointerenter", show);
        button.addEventListener("focus", show);
        button.addEventListener("click", show);
        return { button, beginsAnew: text.startsWith(" ") };
    });

    // A full stop stays on the line of its word, unless that is so long that it has to be broken itself.
    const groups = [];
    for (const { button, beginsAnew } of buttons) {
        const group = groups.at(-1);
        if (!group || beginsAnew || group.textContent.length + button.textContent.length > MostUnbroken) {
            groups.push(beginsAnew && groups.length > 0 ? " " : "", document.createElement("span"));
        }

        groups.at(-1).append(button);
        groups.at(-1).className = groups.at(-1).textContent.length <= MostUnbroken ? "unbroken" : "";
    }

    const element = sentenceElement(sentence.index);
    element.replaceChildren(sentence.separator, ...groups);
    if (looks.hidden && buttons.length > 0) {
        buttons[0].button.tabIndex = 0;
        showSource(sentence);
        looks.hidden = false;
        detail.textContent = "Hover, tap or focus a word; arrow keys move from word to word.";
    }
}

function showWhole(text) {
    const unknowns = sentences.flatMap(sentence => sentence.unknown ?? []);
    const warning = unknownWarning(unknowns);
    unknown.textContent = warning;
    unknown.hidden = warning === "";
    announcement.textContent = `${text === "" ? "The translation is empty." : text} ${warning}`.trim();
    copy.hidden = text === "";
    others.hidden = text === "";
}

/** Which characters the model does not know, and where they are. */
function unknownWarning(unknowns) {
    if (unknowns.length === 0) {
        return "";
    }

    if (sentences.every(sentence => sentence.allUnknown || sentence.text === "")) {
        return "The model knows none of these characters: what it says has nothing to do with them. It translates Chinese.";
    }

    const named = unknowns.slice(0, MostUnknown).map(({ text, start }) => `${text} (character ${[...input.value.slice(0, start)].length + 1})`);
    const rest = unknowns.length - named.length;
    return `The model does not know ${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}; there it guesses.`;
}

/** What the source tokens of a sentence are called: an unknown one by the character that it stands for. */
function tokenNames({ attention, unknown: parts = [] }) {
    const unknowns = parts.values();
    return attention.sourceTokens.map(token => token === "<eos>" ? "end" : token === "<unk>" ? unknowns.next().value?.text ?? "unknown" : token);
}

function showSource(sentence) {
    shown = sentence;
    const names = tokenNames(sentence);
    source.replaceChildren(...sentence.attention.sourceTokens.map((token, i) => {
        const item = document.createElement("li");
        item.textContent = names[i];
        item.classList.toggle("special", token === "<eos>");
        item.classList.toggle("unknown", token === "<unk>");
        return item;
    }));
}

function showAttention(button, sentence, weights, most) {
    for (const other of translation.querySelectorAll("button")) {
        other.setAttribute("aria-pressed", String(other === button));
        other.tabIndex = other === button ? 0 : -1;
    }

    if (shown !== sentence) {
        showSource(sentence);
    }

    weights.forEach((weight, i) => {
        const item = source.children[i];
        item.style.setProperty("--weight", weight);
        item.dataset.percent = weight >= 0.005 ? percent(weight) : "";
    });
    detail.textContent = `“${button.textContent}” looked at ${most}.`;
}

/** Asks for several translations of each sentence. */
async function compare() {
    comparing?.abort();
    if (!others.open) {
        return;
    }

    const controller = new AbortController();
    comparing = controller;
    alternatives.textContent = "Searching…";
    try {
        const text = input.value;
        const body = { texts: [text.toWellFormed?.() ?? text], beam: Alternatives, nBest: Alternatives };
        const response = await post("translations", body, controller.signal, () => { alternatives.textContent = "The service is busy. Waiting…"; });
        if (response.ok) {
            showAlternatives((await response.json()).translations[0].sentences);
        } else {
            alternatives.textContent = await explain(response);
        }
    } catch (failure) {
        if (!controller.signal.aborted) {
            alternatives.textContent = "The service cannot be reached. Is it running? Try again.";
            console.warn(failure);
        }
    }
}

function showAlternatives(found) {
    const parts = found.flatMap(({ source: text, hypotheses }) => {
        const heading = document.createElement("p");
        heading.lang = "zh";
        heading.textContent = text;
        const list = document.createElement("ol");
        list.lang = "en";
        list.append(...hypotheses.map(hypothesis => {
            const item = document.createElement("li");
            const sure = document.createElement("span");
            sure.className = "sure";
            sure.textContent = percent(Math.exp(hypothesis.score));
            item.append(hypothesis.text === "" ? "(nothing)" : hypothesis.text, " ", sure);
            return item;
        }));
        return [heading, list];
    });
    const note = document.createElement("p");
    note.textContent = "In percent: how sure the model is of a token, on average.";
    alternatives.replaceChildren(...parts, note);
}

async function copyTranslation() {
    const text = translation.textContent;
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        // Browsers have no clipboard for pages that come without TLS from another computer; a selection they copy even so.
        getSelection().selectAllChildren(translation);
        if (!document.execCommand("copy")) {
            copy.textContent = "Press Ctrl + C";
            return;
        }

        getSelection().removeAllRanges();
    }

    copy.textContent = "Copied";
    announcement.textContent = "Copied.";
    clearTimeout(copied);
    copied = setTimeout(() => { copy.textContent = "Copy"; }, CopiedPause);
}

function translateAfterPause() {
    clearTimeout(typing);
    typing = setTimeout(translate, TypingPause, false);
}

input.addEventListener("input", event => {
    showCount();
    if (event.isComposing) {
        clearTimeout(typing);
    } else {
        translateAfterPause();
    }
});
input.addEventListener("compositionend", translateAfterPause);
input.addEventListener("keydown", event => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        translate(true);
    }
});
form.addEventListener("submit", event => {
    event.preventDefault();
    translate(true);
});
form.querySelector(".examples").addEventListener("click", event => {
    if (event.target instanceof HTMLButtonElement) {
        input.value = event.target.textContent;
        showCount();
        translate(true);
    }
});
translation.addEventListener("keydown", event => {
    const all = [...translation.querySelectorAll("button")];
    const place = all.indexOf(document.activeElement);
    const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: all.length - 1 }[event.key];
    if (all[next]) {
        event.preventDefault();
        all[next].focus();
    }
});
copy.addEventListener("click", copyTranslation);
others.addEventListener("toggle", compare);

showCount();
