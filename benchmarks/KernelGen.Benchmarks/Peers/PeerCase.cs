namespace KernelGen.Benchmarks.Peers;

/// <summary>A model that both libraries run: its dimensions, as the ONNX graphs have them, and its KernelGen class.</summary>
internal sealed record PeerCase
{
    /// <summary>The tokens of a source, and the tokens decoded from it.</summary>
    public const int SourceLength = 24, TargetLength = 24;

    /// <summary>The rows of the position table in the ONNX graphs.</summary>
    public const int Positions = 512;

    /// <summary>The presets of <see cref="Architecture.Vanilla"/>.</summary>
    public const int StartToken = 1, EndToken = 2;

    public static readonly PeerCase[] All =
    [
        new()
        {
            Name = "base",
            ModelDimension = 512,
            Heads = 8,
            FeedForwardDimension = 2048,
            EncoderLayers = 6,
            DecoderLayers = 6,
            VocabularySize = 32000,
            Seed = 1,
            Load = static path => Base.Load(path),
        },
        new()
        {
            Name = "student",
            ModelDimension = 256,
            Heads = 8,
            FeedForwardDimension = 1536,
            EncoderLayers = 6,
            DecoderLayers = 2,
            VocabularySize = 32000,
            Seed = 2,
            Load = static path => Student.Load(path),
        },
        new()
        {
            Name = "small",
            ModelDimension = 256,
            Heads = 4,
            FeedForwardDimension = 1024,
            EncoderLayers = 3,
            DecoderLayers = 3,
            VocabularySize = 128,
            Seed = 2,
            Load = static path => Small.Load(path),
        },
    ];

    /// <summary>Also the name of the folder of its ONNX graphs.</summary>
    public required string Name { get; init; }

    public required int ModelDimension { get; init; }

    public required int Heads { get; init; }

    public required int FeedForwardDimension { get; init; }

    public required int EncoderLayers { get; init; }

    public required int DecoderLayers { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>Of weights and source. Chosen so that tokens vary, and the end token does not come within <see cref="TargetLength"/> of them.</summary>
    public required int Seed { get; init; }

    /// <summary>Loads the KernelGen model from a safetensors file.</summary>
    public required Func<string, EncoderDecoder> Load { get; init; }

    public int HeadSize => ModelDimension / Heads;

    /// <summary>For example <c>512/8/2048/6+6/32000</c>.</summary>
    public string Dimensions => $"{ModelDimension}/{Heads}/{FeedForwardDimension}/{EncoderLayers}+{DecoderLayers}/{VocabularySize}";

    /// <summary>A random source, without the tokens that have a meaning of their own.</summary>
    public int[] Source()
    {
        var random = new Random(Seed);
        int[] source = new int[SourceLength];
        for (int i = 0; i < source.Length; i++)
        {
            source[i] = random.Next(EndToken + 1, VocabularySize);
        }

        return source;
    }
}
