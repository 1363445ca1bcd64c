namespace KernelGen;

/// <summary>Where layer normalisation stands relative to the residual addition.</summary>
public enum NormPlacement
{
    /// <summary><c>norm(x + sublayer(x))</c>, as in the paper.</summary>
    Post,

    /// <summary><c>x + sublayer(norm(x))</c> (Xiong et al. 2020).</summary>
    Pre,
}
