using System.Reflection;
using KernelGen.Checkpoints;
using KernelGen.Execution;

namespace KernelGen.Tool.Declarations;

/// <summary>A declared model with its kernels, ready to load weights.</summary>
internal sealed class CompiledModel
{
    private readonly Func<string, ModelLoadOptions?, TransformerModel> _load;

    /// <param name="type">The declared class, completed by the generator.</param>
    public CompiledModel(Type type)
    {
        Description = (ModelDescription)type.GetProperty("Description", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
        _load = type.GetMethod("Load", [typeof(string), typeof(ModelLoadOptions)])!.CreateDelegate<Func<string, ModelLoadOptions?, TransformerModel>>();
    }

    /// <summary>What was declared, and decided by presets.</summary>
    public ModelDescription Description { get; }

    /// <summary>Loads weights.</summary>
    /// <exception cref="InputException">The file cannot be read, or its weights are not of this model.</exception>
    public TransformerModel Load(string path, ModelLoadOptions? options = null)
    {
        try
        {
            return _load(path, options);
        }
        catch (Exception exception) when (exception is CheckpointException or IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            throw new InputException(exception.Message, exception);
        }
    }

    /// <summary>Loads weights of a model whose source is tokens.</summary>
    /// <param name="path">The file.</param>
    /// <param name="command">The command that needs such a model.</param>
    /// <param name="options">How to load.</param>
    /// <exception cref="InputException">The source is audio; or the file cannot be read, or its weights are not of this model.</exception>
    public EncoderDecoder LoadOfText(string path, string command, ModelLoadOptions? options = null) => Description.IsSpeech
        ? throw new InputException($"{path} is a model of speech ({Description.Architecture}), and {command} is for models whose source is tokens.")
        : (EncoderDecoder)Load(path, options);
}
