namespace KernelGen.Families;

/// <summary>BART and mBART.</summary>
internal sealed class BartFamily : HuggingFaceFamily;
