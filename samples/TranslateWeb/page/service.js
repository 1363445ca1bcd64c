// How the page talks to the service.

const MostRetries = 5; // of a request that a busy service turned away

/** Posts a body; where the service is busy, comes again when it says so. */
export async function post(path, body, signal, onBusy) {
    for (let retry = 0; ; retry++) {
        const response = await fetch(path, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify(body),
            signal,
        });
        if (response.status !== 429 || retry === MostRetries) {
            return response;
        }

        onBusy();
        await pause(1000 * (Number(response.headers.get("Retry-After")) || 1), signal);
    }
}

/** Server-sent events of a response, one after the other, their data parsed. */
export async function* events(response) {
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
            let type = "message";
            let data = "";
            for (const line of buffer.slice(0, end).split("\n")) {
                if (line.startsWith("event: ")) {
                    type = line.slice(7);
                } else if (line.startsWith("data: ")) {
                    data += line.slice(6);
                }
            }

            buffer = buffer.slice(end + 2);
            yield { type, data: JSON.parse(data) };
        }
    }
}

/** What a problem of the service (RFC 9457) says to a person. */
export async function explain(response) {
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
