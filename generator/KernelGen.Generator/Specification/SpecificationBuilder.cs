using System.Globalization;
using KernelGen.Generator.Specification.Configuration;

namespace KernelGen.Generator.Specification;

/// <summary>Decides every setting of a declared model and checks that the whole can work.</summary>
internal sealed class SpecificationBuilder
{
    private readonly Declaration _declaration;
    private readonly ConfigurationFile? _file;
    private readonly Preset _preset;
    private readonly List<Problem> _problems;
    private readonly SettingReader _read;

    private SpecificationBuilder(Declaration declaration, ConfigurationFile? file, Preset preset, List<Problem> problems)
    {
        _declaration = declaration;
        _file = file;
        _preset = preset;
        _problems = problems;
        _read = new SettingReader(declaration.Configuration ?? "", file, preset, problems);
    }

    /// <summary>Decides and checks. Never throws, whatever the attribute and the file say.</summary>
    public static SpecificationResult Build(Declaration declaration, ConfigurationFiles files, CompilerSettings compiler)
    {
        List<Problem> problems = [.. declaration.ClassProblems, .. compiler.FindProblems(declaration.Class)];
        ConfigurationFile? file = null;
        Preset? preset = declaration.Configuration is string path
            ? ReadPreset(path, files, problems, out file)
            : ReadPreset(declaration.Architecture ?? 0, problems);

        ModelSpecification? specification = preset is null ? null : new SpecificationBuilder(declaration, file, preset, problems).Build();
        bool failed = problems.Exists(static problem => !problem.IsWarning);
        return new SpecificationResult(failed ? null : specification, new EquatableArray<Problem>(problems.Distinct()));
    }

    private static Preset? ReadPreset(int architecture, List<Problem> problems)
    {
        var read = new SettingReader("", null, ArchitecturePresets.For(Architecture.Vanilla), problems);
        return read.DefinedChoice<Architecture>(Place.Constructor, "architecture", architecture) is Architecture known ? ArchitecturePresets.For(known) : null;
    }

    private static Preset? ReadPreset(string path, ConfigurationFiles files, List<Problem> problems, out ConfigurationFile? file)
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
        Preset? preset = modelType is { Kind: JsonKind.String } ? ArchitecturePresets.ForModelType(modelType.Text) : null;
        if (preset is null)
        {
            string says = modelType is null ? "has no \"model_type\"" : $"says \"model_type\": {modelType.Show()}";
            problems.Add(new Problem(ProblemKind.UnknownModelType, Place.Constructor, path, says, string.Join(", ", ArchitecturePresets.ModelTypes)));
        }

        return preset;
    }

    private static string AdviceForMissing(string path, string? nearest)
    {
        string listing = $"add <AdditionalFiles Include=\"{path}\" /> to the project file, with the path relative to it";
        return nearest is null ? listing : $"did you mean '{nearest}', which is? If not, {listing}";
    }

    private ModelSpecification? Build()
    {
        CheckFamily();

        Declaration declared = _declaration;
        Setting<int>? dimension = Dimension(
            _read.Integer(nameof(Declaration.ModelDimension), declared.ModelDimension, ConfigurationKeys.ModelDimension, _preset.ModelDimension), Limits.ModelDimension);
        Setting<int>? heads = Dimension(
            _read.SharedInteger(nameof(Declaration.Heads), declared.Heads, ConfigurationKeys.EncoderHeads, ConfigurationKeys.DecoderHeads, _preset.Heads), Limits.ModelDimension);
        Setting<int>? feedForward = Dimension(
            _read.SharedInteger(
                nameof(Declaration.FeedForwardDimension), declared.FeedForwardDimension, ConfigurationKeys.EncoderFeedForward, ConfigurationKeys.DecoderFeedForward, _preset.FeedForwardDimension),
            Limits.FeedForwardDimension);
        Setting<int>? encoderLayers = Dimension(
            _read.Integer(nameof(Declaration.EncoderLayers), declared.EncoderLayers, ConfigurationKeys.EncoderLayers, _preset.Layers), Limits.Layers);
        Setting<int>? decoderLayers = Dimension(
            _read.Integer(nameof(Declaration.DecoderLayers), declared.DecoderLayers, ConfigurationKeys.DecoderLayers, _preset.Layers), Limits.Layers);
        (Setting<int>? sourceVocabulary, Setting<int>? targetVocabulary) = Vocabularies();
        Setting<int>? sourceLength = Dimension(
            _read.Integer(nameof(Declaration.MaxSourceLength), declared.MaxSourceLength, ConfigurationKeys.MaxPositions, _preset.MaxPositions), Limits.SequenceLength);
        Setting<int>? targetLength = Dimension(
            _read.Integer(nameof(Declaration.MaxTargetLength), declared.MaxTargetLength, ConfigurationKeys.MaxPositions, _preset.MaxPositions), Limits.SequenceLength);
        CheckMissing();

        NormPlacement? normPlacement = _read.Choice(
            nameof(Declaration.NormPlacement),
            declared.NormPlacement,
            _read.Flag(null, ConfigurationKeys.NormalizeBefore, _preset.NormPlacement == NormPlacement.Pre) ? NormPlacement.Pre : NormPlacement.Post);
        Activation? activation = ReadActivation();
        PositionalEncoding? positions = ReadPositionalEncoding();
        int offset = ReadPositionOffset(positions);
        Setting<double>? epsilon = ReadEpsilon();

        if (dimension is not null && heads is not null && dimension.Value % heads.Value != 0)
        {
            _problems.Add(new Problem(ProblemKind.HeadsDoNotDivideDimension, heads.Place, heads.Text, SettingReader.Show(dimension.Value), NearestHeads(dimension.Value, heads.Value)));
            heads = null;
        }

        if (positions == PositionalEncoding.Learned)
        {
            CheckLearnedPositions(sourceLength);
            CheckLearnedPositions(targetLength);
        }

        CheckBuffers(dimension, heads, feedForward, sourceVocabulary, targetVocabulary, sourceLength, targetLength);

        // Every token belongs to the target; the pad token fills sources too.
        int? tokens = targetVocabulary?.Value;
        Setting<int>? pad = Token(
            _read.Integer(nameof(Declaration.PadToken), declared.PadToken, ConfigurationKeys.PadToken, _preset.PadToken ?? tokens - 1),
            tokens is int target && sourceVocabulary is not null ? Math.Min(target, sourceVocabulary.Value) : null);
        Setting<int>? start = Token(ReadStartToken(pad), tokens);
        Setting<int>? end = Token(_read.Integer(nameof(Declaration.EndToken), declared.EndToken, ConfigurationKeys.EndToken, _preset.EndToken), tokens);
        EquatableArray<int> suppressed = ReadSuppressedTokens(pad, end, tokens);

        if (dimension is null || heads is null || feedForward is null || encoderLayers is null || decoderLayers is null || sourceVocabulary is null
            || targetVocabulary is null || sourceLength is null || targetLength is null || normPlacement is null || activation is null || positions is null
            || epsilon is null || start is null || end is null || pad is null)
        {
            return null;
        }

        return new ModelSpecification(
            _preset.Architecture,
            dimension.Value,
            heads.Value,
            feedForward.Value,
            encoderLayers.Value,
            decoderLayers.Value,
            sourceVocabulary.Value,
            targetVocabulary.Value,
            sourceLength.Value,
            targetLength.Value,
            normPlacement.Value,
            _read.Flag(declared.FinalNorm, ConfigurationKeys.AddFinalLayerNorm, _preset.FinalNorm),
            _read.Flag(declared.EmbeddingNorm, ConfigurationKeys.NormalizeEmbedding, _preset.EmbeddingNorm),
            activation.Value,
            positions.Value,
            offset,
            _read.Flag(declared.ScaleEmbedding, ConfigurationKeys.ScaleEmbedding, _preset.ScaleEmbedding),
            _read.Flag(declared.TieEmbeddings, ConfigurationKeys.TieEmbeddings, _preset.TieEmbeddings),
            declared.OutputBias ?? _preset.OutputBias,
            epsilon.Value,
            start.Value,
            end.Value,
            pad.Value,
            suppressed);
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
        if (declared.SourceVocabularySize is null && declared.TargetVocabularySize is null)
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
        bool isShared = _read.Flag(null, ConfigurationKeys.ShareEmbeddings, true) || _read.Find(ConfigurationKeys.DecoderVocabularySize) is null;
        return (
            Side(nameof(Declaration.SourceVocabularySize), declared.SourceVocabularySize, ConfigurationKeys.VocabularySize),
            Side(nameof(Declaration.TargetVocabularySize), declared.TargetVocabularySize, isShared ? ConfigurationKeys.VocabularySize : ConfigurationKeys.DecoderVocabularySize));
    }

    private Activation? ReadActivation()
    {
        if (_declaration.Activation is int declared)
        {
            return _read.Choice(nameof(Declaration.Activation), declared, Activation.Relu);
        }

        if (_read.Find(ConfigurationKeys.Activation) is not JsonValue value)
        {
            return _preset.Activation;
        }

        // gelu_new, gelu_pytorch_tanh, gelu_fast and gelu_accurate write one function in four ways; gelu and gelu_python another in two.
        Activation? known = _read.Text(ConfigurationKeys.Activation) switch
        {
            "relu" => Activation.Relu,
            "gelu" or "gelu_python" => Activation.Gelu,
            "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" or "gelu_accurate" => Activation.GeluTanh,
            "silu" or "swish" => Activation.Silu,
            _ => null,
        };
        if (known is null && value.Kind == JsonKind.String)
        {
            _read.Unsupported(ConfigurationKeys.Activation, value, "known are relu, gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, silu and swish; set Activation when one of its values is what you mean");
        }

        return known;
    }

    private PositionalEncoding? ReadPositionalEncoding()
    {
        if (_declaration.PositionalEncoding is int declared)
        {
            return _read.Choice(nameof(Declaration.PositionalEncoding), declared, PositionalEncoding.None);
        }

        bool isLearned = _preset.PositionalEncoding == PositionalEncoding.Learned;
        bool isStatic = _read.Flag(null, ConfigurationKeys.StaticPositions, !isLearned);
        if (isStatic == !isLearned)
        {
            return _preset.PositionalEncoding;
        }

        if (isStatic)
        {
            // Hugging Face's static positions are split, in BART as in Marian.
            return PositionalEncoding.SinusoidalSplit;
        }

        _read.Unsupported(
            ConfigurationKeys.StaticPositions,
            _read.Find(ConfigurationKeys.StaticPositions)!,
            "Marian's positions are sinusoidal; set PositionalEncoding if this model's positions are learned all the same");
        return null;
    }

    private int ReadPositionOffset(PositionalEncoding? positions)
    {
        if (_declaration.PositionOffset is not int offset)
        {
            return positions == PositionalEncoding.Learned ? _preset.PositionOffset : 0;
        }

        string? wrong = offset switch
        {
            < 0 => "a row of the table cannot be negative; give 0 or more",
            > Limits.SequenceLength => $"the table would be longer than any that is supported; give at most {SettingReader.Show(Limits.SequenceLength)}",
            not 0 when positions is not null and not PositionalEncoding.Learned =>
                $"only a learned table has rows to skip, and the positions are PositionalEncoding.{positions}; remove PositionOffset, or set PositionalEncoding = PositionalEncoding.Learned",
            _ => null,
        };
        if (wrong is not null)
        {
            _problems.Add(new Problem(ProblemKind.PositionOffsetInvalid, Place.Of(nameof(Declaration.PositionOffset)), SettingReader.Show(offset), wrong));
        }

        return offset;
    }

    private Setting<double>? ReadEpsilon()
    {
        Setting<double>? epsilon = _read.Number(nameof(Declaration.LayerNormEpsilon), _declaration.LayerNormEpsilon, ConfigurationKeys.LayerNormEpsilon, _preset.LayerNormEpsilon);
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

    private Setting<int>? ReadStartToken(Setting<int>? pad)
    {
        bool isNamed = _read.Find(ConfigurationKeys.DecoderStartToken) is not null;
        string key = _preset.BeginTokenStarts && !isNamed ? ConfigurationKeys.BeginToken : ConfigurationKeys.DecoderStartToken;
        return _read.Integer(nameof(Declaration.StartToken), _declaration.StartToken, key, _preset.StartToken ?? pad?.Value);
    }

    private Setting<int>? Token(Setting<int>? token, int? vocabulary)
    {
        if (token is null || vocabulary is null)
        {
            return null;
        }

        if (token.Value >= 0 && token.Value < vocabulary)
        {
            return token;
        }

        _problems.Add(new Problem(ProblemKind.TokenOutsideVocabulary, token.Place, token.Text, SettingReader.Show(vocabulary.Value - 1)));
        return null;
    }

    private EquatableArray<int> ReadSuppressedTokens(Setting<int>? pad, Setting<int>? end, int? vocabulary)
    {
        var place = Place.Of(nameof(Declaration.SuppressedTokens));
        SortedSet<int> suppressed = [];
        if (_declaration.SuppressedTokens is { } declared)
        {
            foreach (int token in declared)
            {
                if (Token(new Setting<int>(token, place, $"{nameof(Declaration.SuppressedTokens)} holds {SettingReader.Show(token)}, which"), vocabulary) is not null)
                {
                    suppressed.Add(token);
                }
            }
        }
        else
        {
            place = _read.Elsewhere;
            if (_preset.SuppressPadToken && pad is not null)
            {
                suppressed.Add(pad.Value);
                place = pad.Place;
            }

            foreach (int token in ReadBadWords(vocabulary))
            {
                suppressed.Add(token);
            }
        }

        if (end is not null && suppressed.Contains(end.Value))
        {
            bool byPreset = _declaration.SuppressedTokens is null && pad?.Value == end.Value && _preset.SuppressPadToken;
            string reason = byPreset ? "it is the pad token, and the pad token is suppressed by preset" : "it is among the suppressed tokens";
            _problems.Add(new Problem(ProblemKind.EndTokenSuppressed, place.Kind == PlaceKind.Property ? place : end.Place, SettingReader.Show(end.Value), reason));
        }

        if (suppressed.Count > Limits.SuppressedTokens)
        {
            place = _declaration.SuppressedTokens is null ? _read.Elsewhere : place;
            _problems.Add(new Problem(ProblemKind.TooManySuppressedTokens, place, SettingReader.Show(suppressed.Count), SettingReader.Show(Limits.SuppressedTokens)));
        }

        return new EquatableArray<int>(suppressed);
    }

    /// <summary>The single tokens of <c>bad_words_ids</c>. Sequences of several tokens are not supported, and reported as ignored.</summary>
    private IReadOnlyList<int> ReadBadWords(int? vocabulary)
    {
        List<int> tokens = [];
        if (_read.Find(ConfigurationKeys.BadWords) is not JsonValue words)
        {
            return tokens;
        }

        int sequences = 0;
        foreach (JsonValue word in words.Items)
        {
            if (word.Kind != JsonKind.Array || word.Items.Any(static item => !item.TryGetInteger(out _)) || word.Items.Count == 0)
            {
                _read.Invalid(ConfigurationKeys.BadWords, words, "an array of arrays of token ids");
                return [];
            }

            if (word.Items.Count > 1)
            {
                sequences++;
                continue;
            }

            word.Items[0].TryGetInteger(out int token);
            var setting = new Setting<int>(token, _read.Elsewhere, $"\"{ConfigurationKeys.BadWords}\" in {_declaration.Configuration} holds {SettingReader.Show(token)}, which");
            if (Token(setting, vocabulary) is not null)
            {
                tokens.Add(token);
            }
        }

        if (words.Kind != JsonKind.Array)
        {
            _read.Invalid(ConfigurationKeys.BadWords, words, "an array of arrays of token ids");
        }

        if (sequences > 0)
        {
            _problems.Add(new Problem(ProblemKind.BadWordSequenceIgnored, _read.Elsewhere, _declaration.Configuration ?? "", SettingReader.Show(sequences)));
        }

        return tokens;
    }

    private void CheckLearnedPositions(Setting<int>? length)
    {
        if (_file is null || length is null || length.Place.Kind != PlaceKind.Property)
        {
            return;
        }

        Setting<int>? rows = _read.Integer("", null, ConfigurationKeys.MaxPositions, _preset.MaxPositions);
        if (rows is not null && length.Value > rows.Value)
        {
            _problems.Add(new Problem(ProblemKind.MoreLengthThanLearnedPositions, length.Place, length.Text, SettingReader.Show(rows.Value), _declaration.Configuration ?? ""));
        }
    }

    /// <summary>Refuses what each dimension alone allows but the product of two does not.</summary>
    private void CheckBuffers(
        Setting<int>? dimension,
        Setting<int>? heads,
        Setting<int>? feedForward,
        Setting<int>? sourceVocabulary,
        Setting<int>? targetVocabulary,
        Setting<int>? sourceLength,
        Setting<int>? targetLength)
    {
        Setting<int>? longest = sourceLength is not null && targetLength is not null && sourceLength.Value > targetLength.Value ? sourceLength : targetLength ?? sourceLength;
        long? attention = null;
        if (dimension is not null && heads is not null)
        {
            attention = 3L * heads.Value * Padded(dimension.Value / heads.Value);
        }

        if (sourceVocabulary?.Value == targetVocabulary?.Value)
        {
            Check("an embedding", sourceVocabulary, dimension?.Value);
        }
        else
        {
            Check("the source embedding", sourceVocabulary, dimension?.Value);
            Check("the target embedding", targetVocabulary, dimension?.Value);
        }

        Check("the weights of a feed-forward layer", feedForward, dimension?.Value);
        Check("the weights of the query, key and value projections", dimension, attention);
        Check("the queries, keys and values of the longest sequence", longest, attention);
        Check("the feed-forward activations of the longest sequence", longest, feedForward?.Value);
        Check("the logits of the longest target", targetLength, targetVocabulary?.Value);

        void Check(string what, Setting<int>? rows, long? width)
        {
            if (rows is not null && width is long columns && Padded(rows.Value) * Padded(columns) > Limits.BufferElements)
            {
                string elements = (Padded(rows.Value) * Padded(columns)).ToString(CultureInfo.InvariantCulture);
                _problems.Add(new Problem(ProblemKind.BufferTooLarge, rows.Place, rows.Text, what, elements, Limits.BufferElements.ToString(CultureInfo.InvariantCulture)));
            }
        }

        static long Padded(long count) => (count + Limits.RowAlignment - 1) / Limits.RowAlignment * Limits.RowAlignment;
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
