using System.Reflection;
using System.Runtime.Loader;
using KernelGen.Audio;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Text;

namespace KernelGen.Tool.Declarations;

/// <summary>A declared model with its kernels, ready to load weights.</summary>
internal sealed class CompiledModel
{
    private readonly Type _type;

    /// <param name="type">The declared class, completed by the generator.</param>
    private CompiledModel(Type type)
    {
        _type = type;
        Description = (ModelDescription)type.GetProperty("Description", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
    }

    /// <summary>What was declared, and decided by presets.</summary>
    public ModelDescription Description { get; }

    /// <summary>Loads a compiled model into this process.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="className">The declared class.</param>
    public static CompiledModel Load(byte[] assembly, string className)
    {
        using var stream = new MemoryStream(assembly, writable: false);
        return new CompiledModel(new AssemblyLoadContext(className).LoadFromStream(stream).GetType(className, throwOnError: true)!);
    }

    /// <summary>Loads weights.</summary>
    /// <exception cref="InputException">The file cannot be read, or its weights are not of this model.</exception>
    public TransformerModel Load(string path, ModelLoadOptions? options = null)
    {
        try
        {
            return _type.GetMethod("Load", [typeof(string), typeof(ModelLoadOptions)])!.CreateDelegate<Func<string, ModelLoadOptions?, TransformerModel>>()(path, options);
        }
        catch (Exception exception) when (exception is CheckpointException or IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            throw new InputException(exception.Message, exception);
        }
    }

    /// <summary>Opens a folder whose model reads text, as <see cref="TextGenerator.Open"/> does; it throws what that throws.</summary>
    public TextGenerator OpenText(string folder, TextGeneratorOpenOptions options) =>
        Generic<Func<string, TextGeneratorOpenOptions?, TextGenerator>>(typeof(TextGenerator), nameof(TextGenerator.Open))(folder, options);

    /// <summary>Opens a folder whose model hears, as <see cref="SpeechToText.Open"/> does; it throws what that throws.</summary>
    public SpeechToText OpenSpeech(string folder, ModelLoadOptions options, string weights) =>
        Generic<Func<string, ModelLoadOptions?, string?, SpeechToText>>(typeof(SpeechToText), nameof(SpeechToText.Open))(folder, options, weights);

    /// <summary>A generic method with this model as its type.</summary>
    private TDelegate Generic<TDelegate>(Type type, string method)
        where TDelegate : Delegate => type.GetMethod(method)!.MakeGenericMethod(_type).CreateDelegate<TDelegate>();
}
