namespace KernelGen.Samples.Transcribe.Models;

/// <summary>What languages a model hears.</summary>
internal enum HeardLanguages
{
    /// <summary>Several, which it tells, and translates into English.</summary>
    Several,

    /// <summary>English alone.</summary>
    English,

    /// <summary>One, which nothing says.</summary>
    One,
}
