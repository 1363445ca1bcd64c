namespace KernelGen.Audio.Tests;

/// <summary>A model that says what a test tells it to.</summary>
internal sealed class ScriptedModel(Func<WindowRequest, DecodingSearch, DecodedWindow> decode) : IWindowModel
{
    public const int Bins = 2;

    public WindowShape Shape { get; } = new(Bins, 3000, 1500, 448, 51865, 2, 1);

    /// <summary>The requests, in their order.</summary>
    public List<(WindowRequest Request, DecodingSearch Search)> Decodes { get; } = [];

    /// <summary>What attention is, for a target and a number of heads.</summary>
    public Func<AlignmentRequest, float[]>? Attention { get; init; }

    /// <summary>How probable each token is.</summary>
    public float Probability { get; init; } = 0.9f;

    /// <summary>The language whose token is the most probable.</summary>
    public int LanguageToken { get; init; } = 50261;

    public IEncodedWindow Encode(ReadOnlySpan<float> logMel, ModelCall call)
    {
        int frames = 0;
        while (frames < Shape.Frames && logMel[frames * Bins] > 0)
        {
            frames++;
        }

        return new ScriptedWindow((int)logMel[0] - 1, frames);
    }

    public DecodedWindow[] Decode(ReadOnlySpan<WindowRequest> requests, DecodingSearch search, ModelCall call)
    {
        call.Cancellation.ThrowIfCancellationRequested();
        var decoded = new DecodedWindow[requests.Length];
        for (int i = 0; i < requests.Length; i++)
        {
            Decodes.Add((requests[i], search));
            decoded[i] = decode(requests[i], search);
        }

        return decoded;
    }

    public void ComputeLogits(IEncodedWindow window, ReadOnlySpan<int> tokens, Span<float> logits, ModelCall call)
    {
        logits.Clear();
        logits[LanguageToken] = 3;
    }

    public WindowAlignment Align(IEncodedWindow window, AlignmentRequest request, ModelCall call)
    {
        Assert.InRange(request.Tokens.Length, 1, Shape.MaximumTargetLength);
        float[] probabilities = new float[request.Tokens.Length - 1 - request.FirstText];
        Array.Fill(probabilities, Probability);
        return new WindowAlignment(Attention?.Invoke(request) ?? Diagonal(request), probabilities);
    }

    /// <summary>Attention in which each token of text looks at the half second after that of the token before it.</summary>
    private float[] Diagonal(AlignmentRequest request)
    {
        float[] attention = new float[request.Heads.Length * request.Tokens.Length * Shape.Positions];
        for (int row = 0; row < attention.Length / Shape.Positions; row++)
        {
            int token = row % request.Tokens.Length;
            int first = Math.Clamp((token - request.FirstText + 1) * 25, 0, Shape.Positions - 25);
            attention.AsSpan((row * Shape.Positions) + first, 25).Fill(0.04f);
        }

        return attention;
    }
}
