using System.Globalization;
using KernelGen.Checkpoints;
using KernelGen.Families;
using KernelGen.Recipes;
using KernelGen.Tool.Declarations;

namespace KernelGen.Tool.Weights;

/// <summary>
/// Finds out from the names and shapes of a checkpoint's tensors how its model is declared. What they do not tell (how many heads share a matrix, where
/// norms stand, the activation, how long sequences were) is the preset of the architecture, or an assumption that is marked as one.
/// </summary>
internal sealed class CheckpointInference
{
    private const string Unknown = "the tensors do not tell";
    private const int UsualHeadDimension = 64;
    private const int UsualMaxLength = 512;

    /// <summary>The tokens of a Whisper for English alone.</summary>
    private const int EnglishVocabulary = 51864;

    private static readonly string Readable = string.Join(", ", Family.All.Select(static family => family.CheckpointName));

    private readonly Checkpoint _file;
    private readonly Family _family;
    private readonly Preset _preset;
    private readonly bool _isOfSpeech;
    private readonly CheckpointNames _names;
    private readonly List<DeclaredProperty> _properties = [];

    private CheckpointInference(Checkpoint file)
    {
        _file = file;
        _family = Family.Of(Recognize(file).Architecture).StyleOf(piece => file.Tensors.Keys.Any(name => name.Contains(piece, StringComparison.Ordinal)));
        _names = new CheckpointNames(file, _family);
        _preset = _family.Preset;
        _isOfSpeech = _preset.SourceChannels is not null;
    }

    /// <summary>The family that wrote a checkpoint, and the architecture that reads it.</summary>
    /// <exception cref="InputException">No family is recognised, or none that an architecture reads.</exception>
    public static (string Family, Architecture Architecture) Recognize(Checkpoint file) =>
        CheckpointFamily.Recognize([.. file.Tensors.Keys]) switch
        {
            (string family, { } architecture) => (family, architecture),
            (string family, null) => throw new InputException($"{file.Source} looks like a {family} checkpoint, which no architecture reads. KernelGen reads {Readable}."),
            null => throw new InputException($"{file.Source} has {file.Tensors.Count} tensors of no known family. KernelGen reads {Readable}, by the names that PyTorch and Hugging Face Transformers give."),
        };

    /// <summary>Whether the source of a checkpoint's model is audio.</summary>
    /// <exception cref="InputException">No family is recognised, or none that an architecture reads.</exception>
    public static bool IsOfSpeech(Checkpoint file) => Family.Of(Recognize(file).Architecture).Preset.SourceChannels is not null;

    /// <summary>The declaration of a checkpoint's model, by its tensors alone.</summary>
    /// <exception cref="InputException">The tensors are not those of a model.</exception>
    public static ModelDeclaration Infer(Checkpoint file)
    {
        var inference = new CheckpointInference(file);
        inference.Infer();
        return new ModelDeclaration("Model", $"Architecture.{inference._family.Architecture}", inference._properties, "the tensors of the file") { IsOfSpeech = inference._isOfSpeech };
    }

    /// <summary>What a configuration file cannot tell, and the tensors do.</summary>
    public static IEnumerable<DeclaredProperty> BesideConfiguration(Checkpoint file)
    {
        var inference = new CheckpointInference(file);
        inference.InferOutputBias();
        return inference._properties;
    }

    private void Infer()
    {
        string embedding = _names.Embedding(_isOfSpeech ? Stack.Decoder : Stack.Encoder);
        (long sourceVocabulary, long dimension) = Matrix(embedding);
        Set("ModelDimension", dimension, embedding);
        InferHeads(dimension);
        string expand = _names.OfFirstLayer(TensorRole.Expand, out _);
        Set("FeedForwardDimension", Matrix(expand).Rows, expand);
        Set("EncoderLayers", Layers(_names.Layers(Stack.Encoder)), $"{_names.Layers(Stack.Encoder)}*");
        Set("DecoderLayers", Layers(_names.Layers(Stack.Decoder)), $"{_names.Layers(Stack.Decoder)}*");
        if (_isOfSpeech)
        {
            InferSpeech(embedding, sourceVocabulary);
        }
        else
        {
            InferVocabularies(embedding, sourceVocabulary);
        }

        InferPositions();
        InferNorms();
        InferFeedForward();
        InferOutput();
    }

    private void InferHeads(long dimension)
    {
        string query = _names.OfFirstLayer(TensorRole.Query, out int parts);
        long width = _names.Has(query) ? Matrix(query).Rows / parts : dimension;
        long heads = width % UsualHeadDimension == 0 ? width / UsualHeadDimension : 1;
        string? bias = _preset.PositionalEncoding == PositionalEncoding.Relative ? _names.PositionBias(Stack.Encoder) : null;
        if (_family.Heads(_file.Metadata) is { } said)
        {
            heads = said;
            Set("Heads", heads, "what the file says beside its tensors");
        }
        else if (_names.Has(bias))
        {
            (long buckets, heads) = Matrix(bias!);
            Set("Heads", heads, bias!);
            if (buckets != _preset.RelativePositionBuckets)
            {
                Set("RelativePositionBuckets", buckets, bias!);
            }
        }
        else
        {
            Assume("Heads", heads, $"{Unknown}; {(heads > 1 ? $"most models have {UsualHeadDimension} columns a head" : "1 always divides the dimension")}");
        }

        if (width != dimension && width % heads == 0)
        {
            Set("HeadDimension", width / heads, query);
        }
    }

    private void InferVocabularies(string sourceEmbedding, long sourceVocabulary)
    {
        string targetEmbedding = _names.Embedding(Stack.Decoder);
        long targetVocabulary = Matrix(targetEmbedding).Rows;
        if (targetVocabulary == sourceVocabulary)
        {
            Set("VocabularySize", sourceVocabulary, sourceEmbedding);
        }
        else
        {
            Set("SourceVocabularySize", sourceVocabulary, sourceEmbedding);
            Set("TargetVocabularySize", targetVocabulary, targetEmbedding);
        }
    }

    /// <summary>What a model whose source is audio has beside layers and positions.</summary>
    private void InferSpeech(string embedding, long vocabulary)
    {
        string convolution = _names.FirstConvolution;
        if (!_file.Tensors.TryGetValue(convolution, out TensorInfo? tensor) || tensor.Shape.Length != 3)
        {
            throw new InputException($"{_file.Source} has no tensor '{convolution}' of three dimensions, which tells the channels of the source. Give --declaration or --config.");
        }

        if (_preset.PositionalEncoding != PositionalEncoding.Learned)
        {
            throw new InputException($"{_file.Source} is a {_family.CheckpointName} checkpoint, whose tensors tell neither heads nor lengths. Give its config.json with --config, or --declaration.");
        }

        Set("VocabularySize", vocabulary, embedding);
        if (tensor.Shape[1] != _preset.SourceChannels)
        {
            Set("SourceChannels", tensor.Shape[1], convolution);
        }

        // The vocabulary for English alone has one token of text less, and those that steer the model come after text.
        if (vocabulary == EnglishVocabulary)
        {
            const string Why = "the vocabulary is that of a model for English alone";
            Assume("StartToken", _preset.StartToken!.Value - 1, Why);
            Assume("EndToken", _preset.EndToken - 1, Why);
            Assume("PadToken", _preset.PadToken!.Value - 1, Why);
        }
    }

    private void InferPositions()
    {
        bool isLearned = _preset.PositionalEncoding == PositionalEncoding.Learned;
        if (_names.Positions(Stack.Encoder) is { } source && _names.Has(source))
        {
            string target = _names.Positions(Stack.Decoder)!;
            Set("MaxSourceLength", Matrix(source).Rows - _preset.PositionOffset, source);
            Set("MaxTargetLength", Matrix(target).Rows - _preset.PositionOffset, target);
            if (!isLearned && !_family.StoresComputedPositions)
            {
                Set("PositionalEncoding", "PositionalEncoding.Learned", source);
            }

            return;
        }

        string why = _preset.PositionalEncoding == PositionalEncoding.Relative ? "positions are relative" : "positions are computed";
        Assume("MaxSourceLength", UsualMaxLength, $"{Unknown}, for {why}");
        Assume("MaxTargetLength", UsualMaxLength, $"{Unknown}, for {why}");
        if (isLearned)
        {
            Set("PositionalEncoding", "PositionalEncoding.SinusoidalSplit", $"there is no {_names.Positions(Stack.Encoder)}");
        }
    }

    private void InferNorms()
    {
        SetWhereOther("FinalNorm", _preset.FinalNorm, _names.FinalNorm(Stack.Encoder));
        if (_preset is { FinalNorm: false, NormPlacement: NormPlacement.Post } && _names.Has(_names.FinalNorm(Stack.Encoder)))
        {
            // As in mBART, whose stacks end with a norm because the layers begin with theirs.
            Assume("NormPlacement", "NormPlacement.Pre", $"{Unknown}, but mBART and others with final norms have it");
        }

        SetWhereOther("EmbeddingNorm", _preset.EmbeddingNorm, _names.EmbeddingNorm(Stack.Encoder));
    }

    private void InferFeedForward()
    {
        SetWhereOther("GatedFeedForward", _preset.GatedFeedForward, _names.Gate);
        Preset likely = Likely();
        if (likely.Activation != _preset.Activation)
        {
            Assume("Activation", $"Activation.{likely.Activation}", $"{Unknown}, but others with {_names.Gate} have it");
        }
    }

    private void InferOutput()
    {
        if (!_preset.TieEmbeddings && !_names.Has(_names.Head))
        {
            Set("TieEmbeddings", "true", $"there is no {_names.Head}");
        }

        if (Likely().ScaleOutput != _preset.ScaleOutput)
        {
            Assume("ScaleOutput", Text(!_preset.ScaleOutput), $"{Unknown}, but others {(_names.Has(_names.Head) ? "with" : "without")} {_names.Head} have it so");
        }

        InferOutputBias();
    }

    private void InferOutputBias() => SetWhereOther("OutputBias", _preset.OutputBias, _names.OutputBias);

    /// <summary>What no tensor tells, as models of the family with these tensors have it.</summary>
    private Preset Likely() => _family.PresetOfCheckpoint(_names.Has(_names.Gate), _names.Has(_names.Head));

    /// <summary>Sets what a tensor tells by being there, where the preset says otherwise.</summary>
    private void SetWhereOther(string property, bool preset, string? tensor)
    {
        if (tensor is not null && _names.Has(tensor) != preset)
        {
            Set(property, Text(!preset), preset ? $"there is no {tensor}" : tensor);
        }
    }

    private static string Text(bool flag) => flag ? "true" : "false";

    private (long Rows, long Columns) Matrix(string name)
    {
        if (!_file.Tensors.TryGetValue(name, out TensorInfo? tensor))
        {
            throw new InputException($"{_file.Source} has no tensor '{name}', which tells the dimensions. Give --declaration or --config, and check says what else is missing.");
        }

        ReadOnlySpan<long> shape = tensor.Shape;
        return shape.Length == 2 && shape[0] > 0 && shape[1] > 0
            ? (shape[0], shape[1])
            : throw new InputException($"{_file.Source}: tensor '{name}' has shape [{string.Join(", ", shape.ToArray())}]; expected a matrix.");
    }

    private long Layers(string start)
    {
        HashSet<string> layers = [.. _file.Tensors.Keys
            .Where(name => name.StartsWith(start, StringComparison.Ordinal))
            .Select(name => name[start.Length..].Split('.')[0])];
        return layers.Count;
    }

    private void Set(string name, long value, string from) => Set(name, value.ToString(CultureInfo.InvariantCulture), from);

    private void Set(string name, string value, string from) => _properties.Add(new DeclaredProperty(name, value, from));

    private void Assume(string name, long value, string from) => Assume(name, value.ToString(CultureInfo.InvariantCulture), from);

    private void Assume(string name, string value, string from) => _properties.Add(new DeclaredProperty(name, value, from, IsAssumed: true));
}
