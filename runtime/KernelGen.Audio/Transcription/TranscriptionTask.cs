namespace KernelGen.Audio;

/// <summary>What is written of speech.</summary>
public enum TranscriptionTask
{
    /// <summary>What is said, in the language in which it is said.</summary>
    Transcribe,

    /// <summary>What is said, in English. Models for English alone do not translate.</summary>
    Translate,
}
