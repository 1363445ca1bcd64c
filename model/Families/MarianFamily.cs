namespace KernelGen.Families;

/// <summary>MarianMT, as opus-mt models are.</summary>
internal sealed class MarianFamily : HuggingFaceFamily;
