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
}
