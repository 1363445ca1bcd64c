using KernelGen.Execution;

namespace KernelGen.Packing;

/// <summary>Where the packed weights of one encoder layer are; each norm is γ followed by β.</summary>
internal unsafe struct EncoderLayerWeights
{
    public LinearWeights QueryKeyValue;
    public LinearWeights AttentionOutput;
    public float* AttentionNorm;
    public LinearWeights FeedForwardExpand;
    public LinearWeights FeedForwardContract;
    public float* FeedForwardNorm;
}

/// <summary>Where the packed weights of one decoder layer are.</summary>
internal unsafe struct DecoderLayerWeights
{
    public EncoderLayerWeights Self;
    public LinearWeights CrossQuery;
    public LinearWeights CrossKeyValue;
    public LinearWeights CrossOutput;
    public float* CrossNorm;
}
