using KernelGen.Families;
using KernelGen.Generator.Specification.Configuration;

namespace KernelGen.Generator.Specification;

/// <summary>Decides every setting of a declared model and checks that the whole can work.</summary>
internal sealed class SpecificationBuilder
{
    private readonly Declaration _declaration;
    private readonly ConfigurationFile? _file;
    private readonly Preset _preset;
    private readonly ConfigurationKeys _keys;
    private readonly List<Problem> _problems;
    private readonly SettingReader _read;

    private SpecificationBuilder(Declaration declaration, ConfigurationFile? file, Preset preset, List<Problem> problems)
    {
        _declaration = declaration;
        _file = file;
        _preset = preset;
        _keys = Family.Of(preset.Architecture).Keys;
        _problems = problems;
        _read = new SettingReader(declaration.Configuration ?? "", file, preset, problems);
    }

    /// <summary>Whether the source of the family is audio, and so has no vocabulary.</summary>
    private bool IsSpeech => _preset.SourceChannels is not null;

    /// <summary>Decides and checks. Never throws, whatever the attribute and the file say.</summary>
    public static SpecificationResult Build(Declaration declaration, ConfigurationFiles files, CompilerSettings compiler)
    {
        List<Problem> problems = [.. declaration.ClassProblems, .. compiler.FindProblems(declaration.Class)];
        ConfigurationFile? file = null;
        Preset? preset = declaration.Configuration is string path
            ? ReadPreset(path, files, declaration.IsOfSpeech, problems, out file)
            : ReadPreset(declaration.Architecture ?? 0, declaration.IsOfSpeech, problems);

        ModelSpecification? specification = preset is null ? null : new SpecificationBuilder(declaration, file, preset, problems).Build();
        bool failed = problems.Exists(static problem => !problem.IsWarning);
        return new SpecificationResult(failed ? null : specification, new EquatableArray<Problem>(problems.Distinct()));
    }

    /// <summary>The families that an attribute takes.</summary>
    private static IEnumerable<Family> Families(bool areOfSpeech) => Family.All.Where(family => !areOfSpeech || family.Preset.SourceChannels is not null);

    private static Preset? ReadPreset(int architecture, bool isOfSpeech, List<Problem> problems)
    {
        var read = new SettingReader("", null, Family.Of(Architecture.Vanilla).Preset, problems);
        if (read.DefinedChoice<Architecture>(Place.Constructor, "architecture", architecture) is not Architecture known)
        {
            return null;
        }

        if (Families(isOfSpeech).Any(family => family.Architecture == known))
        {
            return Family.Of(known).Preset;
        }

        string speech = string.Join(" or ", Families(isOfSpeech).Select(static family => $"{nameof(Architecture)}.{family.Architecture}"));
        problems.Add(new Problem(
            ProblemKind.SettingsDoNotGoTogether,
            Place.Constructor,
            $"{nameof(Architecture)}.{known}",
            $"its source is tokens, and that of a [SpeechToTextModel] is audio; choose {speech}, or declare the model with [EncoderDecoderModel]"));
        return null;
    }

    private static Preset? ReadPreset(string path, ConfigurationFiles files, bool isOfSpeech, List<Problem> problems, out ConfigurationFile? file)
    {
        IReadOnlyList<ConfigurationFile> found = files.Find(path);
        file = found.Count == 1 ? found[0] : null;
        if (file is null)
        {
            problems.Add(found.Count == 0
                ? new Problem(ProblemKind.ConfigurationNotFound, Place.Constructor, path, AdviceForMissing(path, files.Nearest(path)))
                : new Problem(ProblemKind.ConfigurationAmbiguous, Place.Constructor, path, string.Join(" and ", found.Select(static one => one.Path))));
            return null;
        }

        if (file.Error is JsonError error)
        {
            problems.Add(new Problem(ProblemKind.ConfigurationNotJson, Place.InConfiguration(error.Position, 1), path, SettingReader.Show(error.Line), SettingReader.Show(error.Column), error.Message));
            return null;
        }

        if (file.RepeatedKeys.Count > 0)
        {
            problems.AddRange(file.RepeatedKeys.Select(repeated => new Problem(
                ProblemKind.ConfigurationKeyRepeated,
                Place.InConfiguration(repeated.Position, repeated.Length),
                path,
                repeated.Name,
                SettingReader.Show(repeated.FirstLine),
                SettingReader.Show(repeated.Line))));
            return null;
        }

        JsonValue? modelType = file.Find(ConfigurationKeys.ModelType);
        Family? family = modelType is { Kind: JsonKind.String } ? Families(isOfSpeech).FirstOrDefault(family => family.ModelTypes.Contains(modelType.Text)) : null;
        Preset? preset = family?.PresetOf(modelType!.Text);
        if (preset is null)
        {
            string says = modelType is null ? "has no \"model_type\"" : $"says \"model_type\": {modelType.Show()}";
            string supported = string.Join(", ", Families(isOfSpeech).SelectMany(static family => family.ModelTypes).OrderBy(static type => type, StringComparer.Ordinal));
            problems.Add(new Problem(
                ProblemKind.UnknownModelType, Place.Constructor, path, says, isOfSpeech ? $"{supported}, the models of speech that [SpeechToTextModel] takes" : supported));
        }

        return preset;
    }

    private static string AdviceForMissing(string path, string? nearest)
    {
        string listing = $"add <AdditionalFiles Include=\"{path}\" /> to the project file, with the path relative to it";
        return nearest is null ? listing : $"did you mean '{nearest}', which is listed? If not, {listing}";
    }

    private ModelSpecification? Build()
    {
        CheckFamily();

        Declaration declared = _declaration;
        Setting<int>? dimension = Dimension(
            _read.Integer(nameof(Declaration.ModelDimension), declared.ModelDimension, _keys.ModelDimension, _preset.ModelDimension), Limits.ModelDimension);
        Setting<int>? heads = Dimension(
            _read.SharedInteger(nameof(Declaration.Heads), declared.Heads, _keys.EncoderHeads, _keys.DecoderHeads, _preset.Heads), Limits.ModelDimension);
        Setting<int>? headDimension = Dimension(
            _read.Integer(nameof(Declaration.HeadDimension), declared.HeadDimension, _keys.HeadDimension, _preset.HeadDimension), Limits.ModelDimension);
        Setting<int>? feedForward = Dimension(
            _read.SharedInteger(
                nameof(Declaration.FeedForwardDimension), declared.FeedForwardDimension, _keys.EncoderFeedForward, _keys.DecoderFeedForward, _preset.FeedForwardDimension),
            Limits.FeedForwardDimension);
        Setting<int>? encoderLayers = Dimension(
            _read.Integer(nameof(Declaration.EncoderLayers), declared.EncoderLayers, _keys.EncoderLayers, _preset.Layers), Limits.Layers);
        Setting<int>? decoderLayers = Dimension(
            _read.Integer(nameof(Declaration.DecoderLayers), declared.DecoderLayers, _keys.DecoderLayers, _preset.HasAsManyDecoderLayers ? encoderLayers?.Value : _preset.Layers), Limits.Layers);
        (Setting<int>? sourceVocabulary, Setting<int>? targetVocabulary) = Vocabularies();
        sourceVocabulary = IsSpeech ? targetVocabulary : sourceVocabulary;
        Setting<int>? channels = !IsSpeech && declared.SourceChannels is null
            ? new Setting<int>(0, _read.Elsewhere, "0")
            : Dimension(_read.Integer(nameof(Declaration.SourceChannels), declared.SourceChannels, _keys.SourceChannels, _preset.SourceChannels), Limits.ModelDimension);
        Setting<int>? sourceLength = Dimension(
            _read.Integer(nameof(Declaration.MaxSourceLength), declared.MaxSourceLength, _keys.MaxSourcePositions, _preset.MaxSourcePositions), Limits.SequenceLength);
        Setting<int>? targetLength = Dimension(
            _read.Integer(nameof(Declaration.MaxTargetLength), declared.MaxTargetLength, _keys.MaxTargetPositions, _preset.MaxPositions), Limits.SequenceLength);
        CheckMissing();

        NormPlacement? normPlacement = _read.Choice(
            nameof(Declaration.NormPlacement),
            declared.NormPlacement,
            _read.Flag(null, _keys.NormalizeBefore, _preset.NormPlacement == NormPlacement.Pre) ? NormPlacement.Pre : NormPlacement.Post);
        Normalization? normalization = _read.Choice(nameof(Declaration.Normalization), declared.Normalization, _preset.Normalization);
        var feedForwardReader = new FeedForwardReader(declared, _preset, _keys, _read);
        Activation? activation = feedForwardReader.ReadActivation();
        Activation? decoderActivation = feedForwardReader.ReadDecoderActivation(activation);
        var positionReader = new PositionReader(declared, _preset, _keys, _read, _problems);
        PositionalEncoding? positions = positionReader.ReadEncoding();
        int offset = positionReader.ReadOffset(positions);
        Setting<int>? buckets = Dimension(
            _read.Integer(nameof(Declaration.RelativePositionBuckets), declared.RelativePositionBuckets, _keys.RelativePositionBuckets, _preset.RelativePositionBuckets), Limits.SequenceLength);
        Setting<int>? distance = Dimension(
            _read.Integer(nameof(Declaration.RelativePositionDistance), declared.RelativePositionDistance, _keys.RelativePositionDistance, _preset.RelativePositionDistance), Limits.SequenceLength);
        Setting<double>? epsilon = ReadEpsilon();

        if (dimension is not null && heads is not null && headDimension is null && dimension.Value % heads.Value != 0)
        {
            _problems.Add(new Problem(ProblemKind.HeadsDoNotDivideDimension, heads.Place, heads.Text, SettingReader.Show(dimension.Value), NearestHeads(dimension.Value, heads.Value)));
            heads = null;
        }

        CheckKeyValueHeads(heads);
        var rotaryReader = new RotaryReader(declared, _preset, _keys, _read);
        bool isRotary = positions == PositionalEncoding.Rotary;
        Setting<int>? rotary = isRotary && dimension is not null && heads is not null
            ? Dimension(rotaryReader.ReadDimension(headDimension?.Value ?? dimension.Value / heads.Value), Limits.ModelDimension)
            : new Setting<int>(0, _read.Elsewhere, "0");
        double? rotaryBase = isRotary ? rotaryReader.ReadBase() : 0;

        if (_file is not null && positions == PositionalEncoding.Learned)
        {
            positionReader.CheckLearned(sourceLength, _keys.MaxSourcePositions, _preset.MaxSourcePositions);
            positionReader.CheckLearned(targetLength, _keys.MaxTargetPositions, _preset.MaxPositions);
        }

        _problems.AddRange(BufferLimits.FindProblems(dimension, heads, headDimension, feedForward, sourceVocabulary, targetVocabulary, sourceLength, targetLength));

        SpecialTokens tokens = new TokenReader(declared, _preset, _read, _problems).Read(sourceVocabulary?.Value, targetVocabulary?.Value);
        if (dimension is null || heads is null || feedForward is null || encoderLayers is null || decoderLayers is null || sourceVocabulary is null
            || targetVocabulary is null || channels is null || sourceLength is null || targetLength is null || normPlacement is null || normalization is null || activation is null || decoderActivation is null
            || rotary is null || rotaryBase is null
            || positions is null || buckets is null || distance is null || epsilon is null || tokens.Start is null || tokens.End is null || tokens.Pad is null)
        {
            return null;
        }

        var specification = new ModelSpecification
        {
            Architecture = _preset.Architecture,
            ModelDimension = dimension.Value,
            Heads = heads.Value,
            HeadDimension = headDimension is null || headDimension.Value * heads.Value == dimension.Value ? 0 : headDimension.Value,
            FeedForwardDimension = feedForward.Value,
            EncoderLayers = encoderLayers.Value,
            DecoderLayers = decoderLayers.Value,
            SourceVocabularySize = IsSpeech ? declared.SourceVocabularySize ?? 0 : sourceVocabulary.Value,
            TargetVocabularySize = targetVocabulary.Value,
            MaxSourceLength = sourceLength.Value,
            MaxTargetLength = targetLength.Value,
            NormPlacement = normPlacement.Value,
            Normalization = normalization.Value,
            FinalNorm = _read.Flag(declared.FinalNorm, _keys.AddFinalLayerNorm, _preset.FinalNorm),
            EmbeddingNorm = _read.Flag(declared.EmbeddingNorm, _keys.NormalizeEmbedding, _preset.EmbeddingNorm),
            Activation = activation.Value,
            GatedFeedForward = feedForwardReader.ReadGated(),
            NormShift = _preset.NormShift,
            LinearBias = declared.LinearBias ?? _preset.LinearBias,
            AttentionBias = _read.Flag(null, _keys.AttentionBias, _preset.AttentionBias),
            KeyBias = _preset.KeyBias,
            SourceChannels = channels.Value,
            ScaleScores = declared.ScaleScores ?? _preset.ScaleScores,
            LargeActivations = _preset.LargeActivations,
            PositionalEncoding = positions.Value,
            PositionOffset = offset,
            RelativePositionBuckets = positions == PositionalEncoding.Relative ? buckets.Value : 0,
            RelativePositionDistance = positions == PositionalEncoding.Relative ? distance.Value : 0,
            RotaryDimension = rotary.Value,
            RotaryBase = rotaryBase.Value,
            ScaleEmbedding = _read.Flag(declared.ScaleEmbedding, _keys.ScaleEmbedding, _preset.ScaleEmbedding),
            TieEmbeddings = _read.Flag(declared.TieEmbeddings, _preset.TieMeansScaledOutput ? null : ConfigurationKeys.TieEmbeddings, _preset.TieEmbeddings),
            ScaleOutput = ReadScaleOutput(),
            OutputBias = declared.OutputBias ?? _preset.OutputBias,
            LayerNormEpsilon = epsilon.Value,
            StartToken = tokens.Start.Value,
            EndToken = tokens.End.Value,
            PadToken = tokens.Pad.Value,
            SuppressedTokens = tokens.Suppressed,
            Trainable = declared.Trainable ?? false,
        };
        if (decoderActivation != activation)
        {
            specification = specification with { DecoderActivation = decoderActivation.Value };
        }

        if (_preset.DecoderGatedFeedForward is bool isDecoderGated && isDecoderGated != specification.GatedFeedForward)
        {
            specification = specification with { DecoderGatedFeedForward = isDecoderGated };
        }

        CheckBaseClass(specification);
        List<Problem> together = [.. TogetherChecks.FindProblems(declared, specification, _read.Elsewhere)];
        _problems.AddRange(together);
        return together.Count == 0 ? specification : null;
    }

    /// <summary>Refuses a base class whose source is of the other kind; one that is no model's has been refused already.</summary>
    private void CheckBaseClass(ModelSpecification specification)
    {
        (string expected, string other, string model) = specification.IsSpeech
            ? (Declaration.SpeechBase, Declaration.TextBase, "a model whose source is audio")
            : (Declaration.TextBase, Declaration.SpeechBase, "a model whose source is tokens");
        if (_declaration.BaseClass == other)
        {
            _problems.Add(new Problem(ProblemKind.OtherBaseClass, Place.BaseClass, _declaration.Class.Name, other, model, expected));
        }
    }

    /// <summary>Refuses what a family's file may ask for and the family here does not have.</summary>
    private void CheckFamily()
    {
        if (_file is null)
        {
            return;
        }

        if (!_read.Flag(null, ConfigurationKeys.IsEncoderDecoder, true))
        {
            _read.Unsupported(ConfigurationKeys.IsEncoderDecoder, _read.Find(ConfigurationKeys.IsEncoderDecoder)!, "the model has no encoder or no decoder; only encoder-decoder models are supported");
        }
    }

    /// <summary>Refuses files of models in which several heads of queries share a head of keys and values.</summary>
    private void CheckKeyValueHeads(Setting<int>? heads)
    {
        foreach (string? key in new[] { _keys.EncoderKeyValueHeads, _keys.DecoderKeyValueHeads })
        {
            if (heads is not null && key is not null && _read.Find(key) is { } value && !(value.TryGetInteger(out int number) && number == heads.Value))
            {
                _read.Unsupported(key, value, $"each of the {SettingReader.Show(heads.Value)} heads has keys and values of its own here");
            }
        }
    }

    /// <summary>Names every dimension that nothing sets, at once.</summary>
    private void CheckMissing()
    {
        if (_file is not null)
        {
            return;
        }

        Declaration declared = _declaration;
        List<string> missing = [];
        void Require(int? value, string name)
        {
            if (value is null)
            {
                missing.Add(name);
            }
        }

        Require(declared.ModelDimension, nameof(Declaration.ModelDimension));
        Require(declared.Heads, nameof(Declaration.Heads));
        Require(declared.FeedForwardDimension, nameof(Declaration.FeedForwardDimension));
        Require(declared.EncoderLayers, nameof(Declaration.EncoderLayers));
        Require(declared.DecoderLayers, nameof(Declaration.DecoderLayers));
        if (IsSpeech)
        {
            Require(declared.TargetVocabularySize ?? declared.VocabularySize, nameof(Declaration.VocabularySize));
        }
        else if (declared.SourceVocabularySize is null && declared.TargetVocabularySize is null)
        {
            Require(declared.VocabularySize, nameof(Declaration.VocabularySize));
        }
        else
        {
            Require(declared.SourceVocabularySize ?? declared.VocabularySize, nameof(Declaration.SourceVocabularySize));
            Require(declared.TargetVocabularySize ?? declared.VocabularySize, nameof(Declaration.TargetVocabularySize));
        }

        Require(declared.MaxSourceLength, nameof(Declaration.MaxSourceLength));
        Require(declared.MaxTargetLength, nameof(Declaration.MaxTargetLength));
        if (missing.Count > 0)
        {
            _problems.Add(new Problem(ProblemKind.DimensionMissing, Place.Attribute, declared.Class.Name, string.Join(", ", missing)));
        }
    }

    private Setting<int>? Dimension(Setting<int>? setting, int maximum)
    {
        if (setting is null)
        {
            return null;
        }

        if (setting.Value <= 0)
        {
            _problems.Add(new Problem(ProblemKind.DimensionNotPositive, setting.Place, setting.Text));
            return null;
        }

        if (setting.Value > maximum)
        {
            _problems.Add(new Problem(ProblemKind.DimensionTooLarge, setting.Place, setting.Text, SettingReader.Show(maximum)));
            return null;
        }

        return setting;
    }

    private (Setting<int>? Source, Setting<int>? Target) Vocabularies()
    {
        Declaration declared = _declaration;
        foreach ((string name, int? size) in new[]
        {
            (nameof(Declaration.SourceVocabularySize), declared.SourceVocabularySize),
            (nameof(Declaration.TargetVocabularySize), declared.TargetVocabularySize),
        })
        {
            if (declared.VocabularySize is int shared && size is int own && shared != own)
            {
                _problems.Add(new Problem(ProblemKind.VocabularySizesContradict, Place.Of(name), name, SettingReader.Show(own), SettingReader.Show(shared)));
                return (null, null);
            }
        }

        // Without a size of its own, a side has the one that is said to be shared.
        int? sourceFallback = declared.VocabularySize;
        Setting<int>? Side(string property, int? own, string key) => Dimension(
            own is null && sourceFallback is int shared
                ? SettingReader.Declared(nameof(Declaration.VocabularySize), shared)
                : _read.Integer(property, own, key, _preset.VocabularySize),
            Limits.VocabularySize);

        // As in Transformers, decoder_vocab_size counts only where the two sides have an embedding each.
        string? ownKey = _keys.DecoderVocabularySize is { } key && _read.Find(key) is not null && !_read.Flag(null, _keys.ShareEmbeddings, true) ? key : null;
        return (
            Side(nameof(Declaration.SourceVocabularySize), declared.SourceVocabularySize, ConfigurationKeys.VocabularySize),
            Side(nameof(Declaration.TargetVocabularySize), declared.TargetVocabularySize, ownKey ?? ConfigurationKeys.VocabularySize));
    }

    private bool ReadScaleOutput()
    {
        if (_declaration.ScaleOutput is null && _preset.TieMeansScaledOutput && (_keys.ScaleOutput is null || _read.Find(_keys.ScaleOutput) is null))
        {
            return _read.Flag(null, ConfigurationKeys.TieEmbeddings, _preset.ScaleOutput);
        }

        return _read.Flag(_declaration.ScaleOutput, _keys.ScaleOutput, _preset.ScaleOutput);
    }

    private Setting<double>? ReadEpsilon()
    {
        Setting<double>? epsilon = _read.Number(nameof(Declaration.LayerNormEpsilon), _declaration.LayerNormEpsilon, _keys.LayerNormEpsilon, _preset.LayerNormEpsilon);
        if (epsilon is null)
        {
            return null;
        }

        // The kernels add it in single precision: it must be a positive number there too.
        float single = (float)epsilon.Value;
        if (single > 0 && !float.IsInfinity(single))
        {
            return epsilon;
        }

        _problems.Add(new Problem(ProblemKind.EpsilonOutOfRange, epsilon.Place, epsilon.Text));
        return null;
    }

    // The divisors on both sides of a number of heads that does not divide the dimension.
    private static string NearestHeads(int dimension, int heads)
    {
        int below = Math.Min(heads, dimension);
        while (dimension % below != 0)
        {
            below--;
        }

        int above = heads;
        while (above < dimension && dimension % above != 0)
        {
            above++;
        }

        return above > dimension ? SettingReader.Show(below) : SettingReader.Show(below) + " or " + SettingReader.Show(above);
    }
}
