namespace KernelGen.Training;

/// <summary>Weights that kernels read in another form than the one that is trained, the master.</summary>
internal abstract unsafe class DerivedWeights
{
    /// <summary>Writes what kernels read.</summary>
    /// <param name="weights">The block of weights.</param>
    public abstract void Derive(float* weights);

    /// <summary>Writes the gradient of the master.</summary>
    /// <param name="gradients">The block of gradients, where that of what kernels read is complete.</param>
    public abstract void Gather(float* gradients);
}

/// <summary>A table of relative positions, <c>[buckets, heads]</c>, which kernels read as a row for each head with a number for each distance.</summary>
/// <param name="table">Where the table begins.</param>
/// <param name="buckets">The rows of the table.</param>
/// <param name="heads">Its columns.</param>
/// <param name="rows">Where the rows of the heads begin.</param>
/// <param name="stride">From row to row.</param>
/// <param name="bucketOf">The bucket of each distance.</param>
internal sealed unsafe class SpreadPositionBias(long table, int buckets, int heads, long rows, int stride, int[] bucketOf) : DerivedWeights
{
    public override void Derive(float* weights)
    {
        for (int head = 0; head < heads; head++)
        {
            float* row = weights + rows + ((long)head * stride);
            for (int i = 0; i < bucketOf.Length; i++)
            {
                row[i] = weights[table + ((long)bucketOf[i] * heads) + head];
            }
        }
    }

    public override void Gather(float* gradients)
    {
        new Span<float>(gradients + table, buckets * heads).Clear();
        for (int head = 0; head < heads; head++)
        {
            float* row = gradients + rows + ((long)head * stride);
            for (int i = 0; i < bucketOf.Length; i++)
            {
                gradients[table + ((long)bucketOf[i] * heads) + head] += row[i];
            }
        }
    }
}

/// <summary>A norm that kernels read multiplied with a number.</summary>
/// <param name="master">Where the norm begins, as it is trained.</param>
/// <param name="scaled">Where it begins for kernels.</param>
/// <param name="length">The number of floats.</param>
/// <param name="scale">The number.</param>
internal sealed unsafe class ScaledNorm(long master, long scaled, int length, float scale) : DerivedWeights
{
    public override void Derive(float* weights)
    {
        for (int i = 0; i < length; i++)
        {
            weights[scaled + i] = weights[master + i] * scale;
        }
    }

    public override void Gather(float* gradients)
    {
        for (int i = 0; i < length; i++)
        {
            gradients[master + i] = gradients[scaled + i] * scale;
        }
    }
}
