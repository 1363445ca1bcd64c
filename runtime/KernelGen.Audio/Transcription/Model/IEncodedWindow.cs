namespace KernelGen.Audio;

/// <summary>What the encoder made of a window. It is asked about by any number of calls of the model that made it, until it is disposed.</summary>
internal interface IEncodedWindow : IDisposable
{
}
