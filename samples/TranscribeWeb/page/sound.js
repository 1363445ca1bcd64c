// Where sound comes from: a microphone, or a file. Each gives parts of 16 bits, one channel, until it is stopped or ends.

const FileRate = 16000;
const PartLength = FileRate; // a second
const MostFileBytes = 500e6;

/** What a person can do about a sound that is not there. */
export class SoundError extends Error {}

/** Opens the microphone. */
export async function openMicrophone() {
    if (!navigator.mediaDevices?.getUserMedia) {
        throw new SoundError("Browsers give the microphone only to pages that come over HTTPS, or from this computer. Open the page as https:// or http://localhost.");
    }

    let stream;
    try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (failure) {
        throw new SoundError({
            NotAllowedError: "The microphone was refused. Allow it for this page (the sign beside the address), and press Record again.",
            NotFoundError: "There is no microphone. Connect one, or choose a file.",
            NotReadableError: "The microphone cannot be used: another program may have it. Close that, and press Record again.",
        }[failure.name] ?? `The microphone cannot be opened: ${failure.message}`);
    }

    const context = new AudioContext();
    const close = () => {
        stream.getTracks().forEach(track => track.stop());
        return context.state === "closed" ? undefined : context.close();
    };
    try {
        await context.audioWorklet.addModule("recorder.js").catch(() => {
            throw new SoundError("The service cannot be reached. Is it running? Try again.");
        });
        await context.resume();
        const recorder = new AudioWorkletNode(context, "recorder");
        context.createMediaStreamSource(stream).connect(recorder);

        // A node that leads nowhere is not asked for sound. This one is silent.
        recorder.connect(context.destination);
        return {
            sampleRate: context.sampleRate,
            name: "microphone",
            start(onPart, onEnd) {
                recorder.port.onmessage = ({ data }) => onPart(data);
                stream.getAudioTracks()[0].addEventListener("ended", () => onEnd("The microphone was taken away."));
            },
            close,
        };
    } catch (failure) {
        await close();
        throw failure instanceof SoundError ? failure : new SoundError(`The microphone cannot be read: ${failure.message}`);
    }
}

/** Opens a file of any kind that the browser can play. */
export async function openFile(file) {
    if (file.size > MostFileBytes) {
        throw new SoundError("The file is larger than 500 MB. Choose a shorter one.");
    }

    let sound;
    try {
        sound = await new OfflineAudioContext(1, 1, FileRate).decodeAudioData(await file.arrayBuffer());
    } catch {
        throw new SoundError(`“${file.name}” is no sound that this browser can play. Choose another file.`);
    }

    const channels = Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i));
    let isClosed = false;
    return {
        sampleRate: FileRate,
        name: file.name,
        seconds: sound.duration,
        async start(onPart, onEnd, hasRoom) {
            for (let first = 0; first < sound.length && !isClosed; first += PartLength) {
                const part = new Int16Array(Math.min(PartLength, sound.length - first));
                for (let i = 0; i < part.length; i++) {
                    part[i] = Math.max(-1, Math.min(1, channels.reduce((sum, channel) => sum + channel[first + i], 0) / channels.length)) * 32767;
                }

                await hasRoom();
                if (!isClosed) {
                    onPart(part);
                }
            }

            if (!isClosed) {
                onEnd("");
            }
        },
        close() {
            isClosed = true;
        },
    };
}
