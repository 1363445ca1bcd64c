using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Families;

/// <summary>
/// Whisper as OpenAI's own files (<c>base.pt</c>, <c>large-v3.pt</c>) call its tensors, which are those of <c>whisper/model.py</c>: <c>blocks</c>, <c>attn</c>, <c>mlp</c>. The
/// output projection is the embedding, and has no tensor. Beside the tensors stand the dimensions, <c>dims</c>.
/// </summary>
internal sealed class OpenAIWhisperFamily : WhisperFamily
{
    public override string CheckpointName => "OpenAI Whisper";

    public override bool Wrote(Func<string, bool> has) => has(".cross_attn.query.") && has("encoder.conv1.");

    public override string Prefix => "";

    public override string Layers(Stack stack) => Side(stack) + "blocks.";

    public override string[] Embeddings(ModelSettings settings, Stack stack, string prefix, out string usual) => [usual = OwnEmbeddings(stack, prefix)];

    public override string OwnEmbeddings(Stack stack, string prefix) => prefix + Side(stack) + "token_embedding.weight";

    public override string Positions(Stack stack, string prefix) => prefix + Side(stack) + "positional_embedding";

    public override string FinalNorm(Stack stack, string prefix) => prefix + Side(stack) + (stack == Stack.Encoder ? "ln_post" : "ln");

    public override int? Heads(IReadOnlyDictionary<string, string> metadata) =>
        metadata.TryGetValue("n_text_head", out string? text) && metadata.TryGetValue("n_audio_head", out string? audio) && text == audio
        && int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int heads)
            ? heads
            : null;

    public override TensorName InLayer(ModelTensor tensor)
    {
        string attention = tensor.Sublayer!.Operation is AttentionOperation { IsCross: true } ? "cross_attn" : "attn";
        return tensor.Role switch
        {
            TensorRole.Query => TensorName.Module(attention + ".query"),
            TensorRole.Key => new TensorName(attention + ".key.weight", bias: null),
            TensorRole.Value => TensorName.Module(attention + ".value"),
            TensorRole.AttentionOutput => TensorName.Module(attention + ".out"),
            TensorRole.Expand => TensorName.Module("mlp.0"),
            TensorRole.Contract => TensorName.Module("mlp.2"),
            TensorRole.Norm when tensor.Sublayer.Operation is AttentionOperation => TensorName.Module(attention + "_ln"),
            TensorRole.Norm => TensorName.Module("mlp_ln"),
            _ => throw new ArgumentOutOfRangeException(nameof(tensor), tensor.Role, "A layer has no such tensor."),
        };
    }
}
