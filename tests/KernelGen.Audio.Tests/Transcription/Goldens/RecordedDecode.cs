namespace KernelGen.Audio.Tests;

/// <summary>One decoding of one window.</summary>
internal sealed record RecordedDecode(WindowRequest Request, DecodingSearch Search, DecodedWindow Result);
