using KernelGen.Checkpoints;

namespace KernelGen;

/// <summary>
/// A declared model whose source is audio, for code that is generic over which one: every class of such a declaration implements it, by the
/// generated part, so that <c>TModel.Load(path)</c> loads whichever model <c>TModel</c> is, without reflection.
/// </summary>
/// <typeparam name="TSelf">The declared class itself.</typeparam>
/// <remarks>
/// <code>
/// static TModel LoadQuantized&lt;TModel&gt;(string path) where TModel : SpeechModel, ISpeechModel&lt;TModel&gt; =>
///     TModel.Load(path, new ModelLoadOptions { Precision = WeightPrecision.Int8 });
/// </code>
/// </remarks>
public interface ISpeechModel<TSelf>
    where TSelf : SpeechModel, ISpeechModel<TSelf>
{
    /// <summary>
    /// Loads weights from a file: a checkpoint (safetensors, <c>pytorch_model.bin</c>, the index of several files), the folder that holds one, or a packed file as
    /// <see cref="TransformerModel.Save(string)"/> writes it.
    /// </summary>
    /// <param name="path">The path of the file or the folder.</param>
    /// <param name="options">How to load; by default with the best instruction set that this process may use.</param>
    /// <returns>The model, ready to run; dispose it to free its memory.</returns>
    /// <exception cref="IOException">The file does not exist, is no regular file, or cannot be opened or mapped.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="CheckpointException">The file is no weights file or damaged, or does not fit the declaration; or the folder holds no weights or several.</exception>
    /// <exception cref="PlatformNotSupportedException">The instruction set that the options, or else the environment, ask for is not available.</exception>
    static abstract TSelf Load(string path, ModelLoadOptions? options = null);

    /// <summary>Loads weights from a stream of such a file.</summary>
    /// <param name="stream">The stream; read to its end, not disposed. Memory, as an embedded resource has, may be used in place.</param>
    /// <param name="options">How to load; by default with the best instruction set that this process may use.</param>
    /// <returns>The model, ready to run; dispose it to free its memory.</returns>
    /// <exception cref="CheckpointException">The stream holds no weights file or a damaged one, or one that does not fit the declaration.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="IOException">Reading the stream failed.</exception>
    /// <exception cref="PlatformNotSupportedException">The instruction set that the options, or else the environment, ask for is not available.</exception>
    static abstract TSelf Load(Stream stream, ModelLoadOptions? options = null);
}
