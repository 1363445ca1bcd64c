using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>A window that is to become text.</summary>
/// <param name="Window">The window.</param>
/// <param name="PreviousText">The tokens of text before it, which may be none; the last of them are used where they are many.</param>
/// <param name="FirstFrame">Where it begins, in frames of the sound.</param>
internal readonly record struct WindowToDecode(IEncodedWindow Window, ImmutableArray<int> PreviousText, int FirstFrame);
