extern alias generator;

using KernelGen.Audio;
using KernelGen.Benchmarks.Models;
using KernelGen.Checkpoints;
using KernelGen.Families;
using KernelGen.Text;
using KernelGen.Tool.Caching;
using KernelGen.Tool.CommandLine;
using KernelGen.Tool.Declarations;
using KernelGen.Tool.Weights;

namespace KernelGen.Tool.Folders;

/// <summary>
/// A folder as it is downloaded: its model is declared by its <c>config.json</c>, compiled here, and loaded with its tokenizer. What takes long is done once, and kept: the kernels under a hash of
/// the declaration and of the assemblies that made them, the packed weights under one of the files that they come from. No compiler is loaded where the kernels are there.
/// </summary>
internal sealed class ModelFolder
{
    private const string ConfigurationName = "config.json";
    private const string RelativeLength = "512";

    private readonly GivenFolder _given;
    private readonly Terminal _terminal;
    private readonly ModelCache? _cache;
    private readonly ModelDeclaration _declaration;
    private readonly string _weights;
    private readonly bool _isPacked;
    private readonly string _kernelsKey;
    private readonly string _weightsKey;

    private ModelFolder(GivenFolder given, Terminal terminal)
    {
        (_given, _terminal) = (given, terminal);
        _cache = given.UsesCache ? CacheOf(given.Cache, terminal) : null;
        _weights = WeightsOf(given);
        using WeightsFile file = WeightsFile.Open(_weights);
        _isPacked = file.Packed is not null;
        if (file.Packed is { } packed && given.Precision is { } precision && precision != packed.Precision)
        {
            throw new InputException($"'{_weights}' is packed with {packed.Precision.Name()} weights, and --precision asks for {precision.Name()}. Leave --precision out, or give the checkpoint.");
        }

        _declaration = WithLengths(DeclarationSource.Find(file, WithConfiguration(given.Declaration, file)), file);
        _declaration.RefuseAssumed();
        _kernelsKey = KernelsKey(_declaration);
        _weightsKey = _isPacked ? "" : WeightsKey(_kernelsKey, file, given.Precision);
    }

    /// <summary>Whether its model hears.</summary>
    public bool IsOfSpeech => _declaration.IsOfSpeech;

    /// <summary>Looks into a folder.</summary>
    /// <param name="given">What the command line says.</param>
    /// <param name="terminal">Is told what takes long, and what cannot be kept.</param>
    /// <exception cref="InputException">There is no such folder, or nothing in it that could be run.</exception>
    public static ModelFolder Find(GivenFolder given, Terminal terminal)
    {
        if (!Directory.Exists(given.Folder))
        {
            throw new InputException(File.Exists(given.Folder)
                ? $"'{given.Folder}' is a file; give the folder of the model, and the file with --weights where it is not the folder's own."
                : $"There is no folder '{given.Folder}'. Give the folder of a model as it is downloaded from Hugging Face.");
        }

        return Explain(() => new ModelFolder(given, terminal));
    }

    /// <summary>Opens a model of text.</summary>
    /// <param name="options">Languages, and what to do to texts.</param>
    /// <exception cref="InputException">A file cannot be used, or a language is missing; the message says which.</exception>
    public TextGenerator OpenText(TextGeneratorOpenOptions options)
    {
        if (IsOfSpeech)
        {
            throw new InputException($"The model in '{_given.Folder}' hears: 'kernelgen transcribe' runs it.");
        }

        return Open(
            () => PretrainedTokenizer.Load(_given.Folder, new PretrainedTokenizerOptions { SourceLanguage = options.SourceLanguage, TargetLanguage = options.TargetLanguage, AnyLanguage = options.AnyLanguage }),
            (model, weights, load) => model.OpenText(_given.Folder, options with { Weights = weights, Load = load }));
    }

    /// <summary>Opens a model of speech.</summary>
    /// <exception cref="InputException">A file cannot be used; the message says which.</exception>
    public SpeechToText OpenSpeech()
    {
        if (!IsOfSpeech)
        {
            throw new InputException($"The model in '{_given.Folder}' reads text: 'kernelgen translate' runs it.");
        }

        return Open(
            () => HuggingFaceTokenizer.Load(Path.Combine(_given.Folder, "tokenizer.json"), new HuggingFaceTokenizerOptions { AddSpecialTokens = false }),
            (model, weights, load) => model.OpenSpeech(_given.Folder, load, weights));
    }

    private TOpened Open<TOpened>(Action checkTokenizer, Func<CompiledModel, string, ModelLoadOptions, TOpened> open) => Explain(() =>
    {
        CompiledModel model = Compiled(checkTokenizer);
        var options = new ModelLoadOptions { Precision = _given.Precision };
        if (_isPacked || _cache is null)
        {
            return open(model, _weights, options);
        }

        string place = PlaceKey();
        if (_cache.FindWeights(place, _weightsKey) is { } kept)
        {
            try
            {
                return open(model, kept, new ModelLoadOptions { VerifyChecksum = true });
            }
            catch (CheckpointException)
            {
                _cache.ForgetWeights(place, _weightsKey);
            }
            catch (FileNotFoundException) when (!File.Exists(kept))
            {
                // Another process has just put newer ones in their place.
            }
        }

        _cache.KeepWeights(place, _weightsKey, () => model.Load(_weights, options));
        return _cache.FindWeights(place, _weightsKey) is { } written ? open(model, written, new ModelLoadOptions()) : open(model, _weights, options);
    });

    private CompiledModel Compiled(Action checkTokenizer)
    {
        if (_cache?.FindKernels(_kernelsKey) is { } kept)
        {
            return CompiledModel.Load(kept, _declaration.ClassName);
        }

        // What is small and likely to be wrong comes before what takes seconds.
        checkTokenizer();
        _terminal.Wait(_cache is null ? "compiling the kernels of this model" : "compiling the kernels of this model; the next start finds them in the cache");
        byte[] assembly = DeclarationCompiler.CompileToBytes(_declaration);
        _cache?.KeepKernels(_kernelsKey, assembly);
        return CompiledModel.Load(assembly, _declaration.ClassName);
    }

    private static ModelCache? CacheOf(string? folder, Terminal terminal)
    {
        if ((folder ?? CacheLocation.Default) is { } path)
        {
            return new ModelCache(path, terminal.Note);
        }

        terminal.Note("there is no home folder to keep a cache in, so that every start takes as long as this one. --cache names a folder.");
        return null;
    }

    private static string WeightsOf(GivenFolder given)
    {
        if (given.Weights is { } weights)
        {
            return Path.GetFullPath(Path.Combine(given.Folder, weights));
        }

        try
        {
            return Path.GetFullPath(CheckpointFolder.Find(given.Folder));
        }
        catch (CheckpointException) when (Directory.GetFiles(given.Folder, "*.packed") is [string packed])
        {
            return Path.GetFullPath(packed);
        }
    }

    /// <summary>The folder's own configuration counts wherever its weights are, also packed ones, which say nothing of special tokens.</summary>
    private GivenDeclaration WithConfiguration(GivenDeclaration declaration, WeightsFile file)
    {
        string configuration = Path.Combine(_given.Folder, ConfigurationName);
        return declaration is { Declaration: null, Configuration: null } && File.Exists(configuration)
            && (file.Checkpoint is not { } checkpoint || Family.Of(CheckpointInference.Recognize(checkpoint).Architecture).ModelTypes.Count > 0)
                ? declaration with { Configuration = configuration }
                : declaration;
    }

    /// <summary>Models whose positions are relative take sources of any length, and no file names one: here the length that T5 was trained with. Packed weights are for the lengths that they were packed with.</summary>
    private static ModelDeclaration WithLengths(ModelDeclaration declaration, WeightsFile file)
    {
        string[] lengths = [nameof(EncoderDecoderModelAttribute.MaxSourceLength), nameof(EncoderDecoderModelAttribute.MaxTargetLength)];
        if (declaration.ConfigurationPath is null)
        {
            return declaration;
        }

        if (file.Packed is { } packed)
        {
            return lengths.Append(nameof(EncoderDecoderModelAttribute.OutputBias)).Where(name => !file.IsOfSpeech || name != nameof(EncoderDecoderModelAttribute.OutputBias))
                .Aggregate(declaration, (packedFor, name) => DeclarationSource.WithPacked(packedFor, packed, name));
        }

        return Family.Of(CheckpointInference.Recognize(file.Checkpoint!).Architecture).Keys.MaxSourcePositions is not null
            ? declaration
            : lengths.Where(name => declaration.Properties.All(property => property.Name != name))
                .Aggregate(declaration, static (lengthened, name) => lengthened.With(new DeclaredProperty(name, RelativeLength, "the length that T5 was trained with")));
    }

    private static string KernelsKey(ModelDeclaration declaration)
    {
        using var key = new CacheKey("kernels");
        key.Add(typeof(EncoderDecoder)).Add(typeof(ModelFolder)).Add(typeof(generator::KernelGen.Generator.Specification.Spelling)).Add(typeof(object))
            .Add(declaration.ClassName).Add(declaration.IsOfSpeech ? 1 : 0);
        if (declaration.ConfigurationPath is { } path)
        {
            key.Add(InputText.Read(path, "The configuration file"));
        }
        else
        {
            key.Add(declaration.Constructor);
        }

        foreach (DeclaredProperty property in declaration.Properties)
        {
            key.Add(property.Name).Add(property.Value);
        }

        return key.ToString();
    }

    /// <summary>What packed weights come from. One packed file fits every instruction set.</summary>
    private static string WeightsKey(string kernels, WeightsFile weights, WeightPrecision? precision)
    {
        using CacheKey key = new CacheKey("weights").Add(kernels).Add((long)(precision ?? WeightPrecision.Float32));
        foreach (string file in weights.Files)
        {
            var information = new FileInfo(file);
            key.Add(information.Name).Add(information.Length).Add(information.LastWriteTimeUtc.Ticks).Add(FileEnds.Of(file));
        }

        return key.ToString();
    }

    private string PlaceKey()
    {
        using CacheKey key = new CacheKey("place").Add(Path.GetFullPath(_weights)).Add((long)(_given.Precision ?? WeightPrecision.Float32));
        return key.ToString();
    }

    /// <summary>Does something with the folder, and says what is wrong with it in the words of the command line.</summary>
    private static TResult Explain<TResult>(Func<TResult> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is CheckpointException or IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or NotSupportedException)
        {
            throw new InputException(OptionWords.Of(exception), exception);
        }
    }
}
