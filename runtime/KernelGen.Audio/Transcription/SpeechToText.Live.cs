namespace KernelGen.Audio;

/// <content>Live sound.</content>
public sealed partial class SpeechToText
{
    /// <summary>
    /// Transcribes a sound while it comes, as that of a microphone: hands out words once they are final, and those after them as they look so far. Words are final once two passes over the growing
    /// sound agree on them (local agreement: Liu, Spanakis and Niehues 2020; Macháček, Dabre and Bojar 2023), at a pause, or at the end; what was final is never taken back.
    /// </summary>
    /// <remarks>
    /// <para>Silences are not shown to the model (<see cref="TranscriptionOptions.VoiceActivity"/>). Memory does not grow with the length of the sound: the model never hears more than one of its
    /// windows.</para>
    /// <para>A Moonshine gives words no times: those of words share the time of what is heard by their letters, and what is longer than <see cref="LiveTranscriptionOptions.LongestSound"/> is cut where it
    /// is quietest.</para>
    /// <para>The source is read on another thread, up to 30 seconds ahead of what is worked on; only then it has to wait. A microphone needs no buffer of its own as long as passes keep up
    /// (<see cref="LiveTranscriptionOptions.KeepsUp"/>), which they do while one takes less than some ten seconds, and whoever reads the updates does not hold them up for longer.</para>
    /// </remarks>
    /// <param name="audio">
    /// One channel, in chunks of any length, which may be reused once the next one is asked for. It should heed the cancellation token of its enumerator: the call waits for it to end.
    /// </param>
    /// <param name="options">How each pass transcribes; <see langword="null"/> for the defaults. Words have times in any case; there can be no <see cref="TranscriptionOptions.Clips"/>.</param>
    /// <param name="live">How often the sound is heard, and its sample rate; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call. What is not final is lost.</param>
    /// <returns>
    /// The updates, each with something new. Where the source throws, or a sample is NaN or infinite, what came before becomes final first, then the exception is thrown. Each enumeration reads the source
    /// anew.
    /// </returns>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    /// <exception cref="InvalidDataException">A sample is NaN or infinite (while enumerating).</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled (while enumerating).</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed (while enumerating).</exception>
    public IAsyncEnumerable<LiveTranscript> TranscribeAsync(
        IAsyncEnumerable<ReadOnlyMemory<float>> audio,
        TranscriptionOptions? options = null,
        LiveTranscriptionOptions? live = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(audio);
        options ??= TranscriptionOptions.Default;
        live ??= LiveTranscriptionOptions.Default;
        if (!options.Clips.IsDefaultOrEmpty)
        {
            throw new ArgumentException($"{nameof(options.Clips)} has parts of a sound, and a live sound is heard as it comes; leave it empty.", nameof(options));
        }

        return new LiveTranscripts(audio, _transcriber.Live(options, live), cancellationToken);
    }

    /// <summary>The updates of a sound, which is transcribed anew with each enumeration.</summary>
    private sealed class LiveTranscripts(IAsyncEnumerable<ReadOnlyMemory<float>> audio, Func<LiveTranscription> begin, CancellationToken ofCall) : IAsyncEnumerable<LiveTranscript>
    {
        public async IAsyncEnumerator<LiveTranscript> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ofCall, cancellationToken);
            await foreach (LiveTranscript update in begin().RunAsync(audio, either.Token).ConfigureAwait(false))
            {
                yield return update;
            }
        }
    }
}
