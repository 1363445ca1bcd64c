using System.Diagnostics.CodeAnalysis;
using KernelGen.Audio;
using KernelGen.Extensions.AI;

namespace Microsoft.Extensions.AI;

/// <summary>KernelGen's speech to text as a client of Microsoft.Extensions.AI.</summary>
public static class KernelGenSpeechToTextExtensions
{
    /// <summary>Gives a <see cref="SpeechToText"/> as an <see cref="ISpeechToTextClient"/>.</summary>
    /// <param name="speech">What transcribes.</param>
    /// <param name="options">How, where a request says nothing else; <see langword="null"/> for the defaults.</param>
    /// <returns>
    /// The client. It is thread-safe, as <paramref name="speech"/> is, and holds nothing of its own: to dispose it does nothing, unless <see cref="SpeechToTextClientOptions.OwnsSpeech"/> says so.
    /// </returns>
    /// <remarks>
    /// <para>
    /// <see cref="ISpeechToTextClient.GetTextAsync"/> reads a WAV or FLAC file to its end, from where the stream stands, and leaves the stream open. Of a stream that can seek, memory does not grow with the
    /// length; another one is first read into memory as it is. The answer has a <see cref="TextContent"/> for each segment, whose <see cref="AIContent.AdditionalProperties"/> have <c>StartTime</c> and
    /// <c>EndTime</c>, and whose <see cref="AIContent.RawRepresentation"/> is the <see cref="TranscriptSegment"/>; <c>Language</c> and <c>Duration</c> among its additional properties; the
    /// <see cref="Transcript"/> as its raw representation; as usage the tokens of all segments.
    /// </para>
    /// <para>
    /// <see cref="ISpeechToTextClient.GetStreamingTextAsync"/> gives <c>SessionOpen</c>, <c>TextUpdated</c> for each segment once it is final, and <c>SessionClose</c>, which has the language and the usage.
    /// A live client (<see cref="SpeechToTextClientOptions.Live"/>) transcribes while the stream is read. Between those it gives <c>TextUpdating</c> with the text after the last segment as it looks so far, which each
    /// update replaces: a live text is that of <c>TextUpdated</c> alone. Where a stream fails, what was heard before becomes final first.
    /// </para>
    /// <para>
    /// Of a request, <see cref="SpeechToTextOptions.SpeechLanguage"/> is a code, a tag such as <c>pt-BR</c> or a name of <see cref="SpeechLanguages"/>.
    /// <see cref="SpeechToTextOptions.TextLanguage"/> is the same language, or English, which what is said is then translated to. <see cref="SpeechToTextOptions.SpeechSampleRate"/> has to agree with
    /// the audio, and <see cref="SpeechToTextOptions.ModelId"/> with the client. <see cref="SpeechToTextOptions.RawRepresentationFactory"/> may make the
    /// <see cref="KernelGen.Audio.TranscriptionOptions"/> that stand in place of the client's, and <see cref="SpeechToTextOptions.AdditionalProperties"/> may have
    /// <see cref="LiveTranscriptionOptions"/> under that name, with which a stream of updates is live.
    /// </para>
    /// <para>What is wrong with a request is <see cref="ArgumentException"/>; what is wrong with audio is <see cref="InvalidDataException"/> or <see cref="NotSupportedException"/>.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">There is nothing that transcribes.</exception>
    [Experimental(AIExperiments.SpeechToText, UrlFormat = AIExperiments.UrlFormat)]
    public static ISpeechToTextClient AsISpeechToTextClient(this SpeechToText speech, SpeechToTextClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(speech);
        return new SpeechToTextClient(speech, options ?? SpeechToTextClientOptions.Default);
    }
}
