using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Specification.Kernels;

/// <summary>What the methods of one attribute take, by the types of their parameters.</summary>
internal sealed class KernelSignature
{
    private static readonly SymbolDisplayFormat TypeFormat = SymbolDisplayFormat.MinimallyQualifiedFormat.WithMiscellaneousOptions(
        SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static readonly KernelSignature Rows = new("Span<float> rows");
    public static readonly KernelSignature RowsUpTo = new("Span<float> rows", "int visible");
    public static readonly KernelSignature LayerNorm = new("ReadOnlySpan<float> x", "ReadOnlySpan<float> scale", "ReadOnlySpan<float> shift", "Span<float> y");
    public static readonly KernelSignature Norm = new("ReadOnlySpan<float> x", "ReadOnlySpan<float> scale", "Span<float> y");
    public static readonly KernelSignature Linear = new("ReadOnlySpan<float> x", "PackedLinear weights", "Span<float> y");
    public static readonly KernelSignature LinearPlusResidual = new("ReadOnlySpan<float> x", "PackedLinear weights", "ReadOnlySpan<float> residual", "Span<float> y");
    public static readonly KernelSignature Attention = new("ReadOnlySpan<float> queries", "ReadOnlySpan<float> keys", "ReadOnlySpan<float> values", "Span<float> y");
    public static readonly KernelSignature AttentionUpTo = new("ReadOnlySpan<float> queries", "ReadOnlySpan<float> keys", "ReadOnlySpan<float> values", "int visible", "Span<float> y");
    public static readonly KernelSignature Embedding = new("ReadOnlySpan<int> tokens", "ReadOnlySpan<float> table", "Span<float> y");
    public static readonly KernelSignature EmbeddingPlusPositions = new("ReadOnlySpan<int> tokens", "ReadOnlySpan<float> table", "ReadOnlySpan<float> positions", "Span<float> y");

    private readonly string[] _parameters;

    /// <param name="parameters">Types and names, as the documents have them: <c>Span&lt;float&gt; rows</c>.</param>
    private KernelSignature(params string[] parameters) => _parameters = parameters;

    /// <summary>Whether a method takes this.</summary>
    public bool Fits(IMethodSymbol method) => method.Parameters.Length == _parameters.Length
        && method.Parameters.Zip(_parameters, static (parameter, expected) => IsPlain(parameter) && IsOfType(parameter.Type, expected.Split(' ')[0])).All(static fits => fits);

    /// <summary>What a method takes, in words.</summary>
    public static string Describe(IMethodSymbol method) => $"({string.Join(", ", method.Parameters.Select(Describe))})";

    public override string ToString() => $"({string.Join(", ", _parameters)})";

    private static string Describe(IParameterSymbol parameter)
    {
        string modifier = parameter switch
        {
            { IsParams: true } => "params ",
            { RefKind: RefKind.In } => "in ",
            { RefKind: RefKind.Out } => "out ",
            { RefKind: not RefKind.None } => "ref ",
            { ScopedKind: not ScopedKind.None } => "scoped ",
            _ => "",
        };
        return $"{modifier}{parameter.Type.ToDisplayString(TypeFormat)} {parameter.Name}";
    }

    private static bool IsPlain(IParameterSymbol parameter) => parameter is { RefKind: RefKind.None, ScopedKind: ScopedKind.None, IsParams: false };

    private static bool IsOfType(ITypeSymbol type, string expected) => type.ToDisplayString(TypeFormat) == expected
        && type.ContainingNamespace?.ToDisplayString() is "System" or "KernelGen";
}
