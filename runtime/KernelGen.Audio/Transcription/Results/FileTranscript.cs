using System.Diagnostics.CodeAnalysis;

namespace KernelGen.Audio;

/// <summary>What became of one of several files: what is said in it, or why nobody knows.</summary>
public sealed class FileTranscript
{
    internal FileTranscript(string path, Transcript transcript) => (Path, Transcript) = (path, transcript);

    internal FileTranscript(string path, Exception error) => (Path, Error) = (path, error);

    /// <summary>The path of the file, as it was given.</summary>
    public string Path { get; }

    /// <summary>What is said in it; <see langword="null"/> where it could not be read to its end.</summary>
    public Transcript? Transcript { get; }

    /// <summary>
    /// What is wrong with the file; <see langword="null"/> where nothing is. It is one of the exceptions that <see cref="SpeechToText.Transcribe(string, TranscriptionOptions?, CancellationToken)"/> throws for
    /// a file: an <see cref="InvalidDataException"/>, a <see cref="NotSupportedException"/>, an <see cref="IOException"/> or an <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public Exception? Error { get; }

    /// <summary>Whether the file was read, and <see cref="Transcript"/> is there.</summary>
    [MemberNotNullWhen(true, nameof(Transcript))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsTranscribed => Transcript is not null;

    /// <summary>Whether an exception says that something is wrong with a file, so that others may well be read.</summary>
    internal static bool IsOfFile(Exception exception) => exception is InvalidDataException or NotSupportedException or IOException or UnauthorizedAccessException;
}
