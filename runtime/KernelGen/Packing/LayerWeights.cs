namespace KernelGen.Packing;

/// <summary>Where the packed weights of one encoder layer are; each linear layer is its bias followed by its panels, each norm γ followed by β.</summary>
internal unsafe struct EncoderLayerWeights
{
    public float* QueryKeyValue;
    public float* AttentionOutput;
    public float* AttentionNorm;
    public float* FeedForwardExpand;
    public float* FeedForwardContract;
    public float* FeedForwardNorm;
}

/// <summary>Where the packed weights of one decoder layer are.</summary>
internal unsafe struct DecoderLayerWeights
{
    public EncoderLayerWeights Self;
    public float* CrossQuery;
    public float* CrossKeyValue;
    public float* CrossOutput;
    public float* CrossNorm;
}
