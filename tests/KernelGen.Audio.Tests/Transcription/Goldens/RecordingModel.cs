namespace KernelGen.Audio.Tests;

/// <summary>A model that remembers what it was asked to decode.</summary>
internal sealed class RecordingModel(IWindowModel model) : IWindowModel
{
    public List<RecordedDecode> Decodes { get; } = [];

    public WindowShape Shape => model.Shape;

    public IEncodedWindow Encode(ReadOnlySpan<float> logMel, ModelCall call) => model.Encode(logMel, call);

    public DecodedWindow[] Decode(ReadOnlySpan<WindowRequest> requests, DecodingSearch search, ModelCall call)
    {
        DecodedWindow[] decoded = model.Decode(requests, search, call);
        for (int i = 0; i < requests.Length; i++)
        {
            Decodes.Add(new RecordedDecode(requests[i], search, decoded[i]));
        }

        return decoded;
    }

    public void ComputeLogits(IEncodedWindow window, ReadOnlySpan<int> tokens, Span<float> logits, ModelCall call) => model.ComputeLogits(window, tokens, logits, call);

    public WindowAlignment Align(IEncodedWindow window, AlignmentRequest request, ModelCall call) => model.Align(window, request, call);
}
