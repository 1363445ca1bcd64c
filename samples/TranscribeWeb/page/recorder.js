// Runs beside the page, on the thread of the sound: makes one channel of 16 bits of what the microphone hears, a tenth of a second at a time.

class Recorder extends AudioWorkletProcessor {
    constructor() {
        super();
        this.part = this.nextPart();
        this.count = 0;
    }

    nextPart() {
        return new Int16Array(Math.round(sampleRate / 10));
    }

    process([channels]) {
        const length = channels[0]?.length ?? 0;
        for (let i = 0; i < length; i++) {
            let sum = 0;
            for (const channel of channels) {
                sum += channel[i];
            }

            this.part[this.count++] = Math.max(-1, Math.min(1, sum / channels.length)) * 32767;
            if (this.count === this.part.length) {
                this.port.postMessage(this.part, [this.part.buffer]);
                this.part = this.nextPart();
                this.count = 0;
            }
        }

        return true;
    }
}

registerProcessor("recorder", Recorder);
