using System.Globalization;
using KernelGen.Families;
using KernelGen.Layout;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Specification.Kernels;

/// <summary>Decides what a kernel computes, from its attribute and from what its method takes, and checks that it can work.</summary>
internal sealed class KernelSettings
{
    private readonly IMethodSymbol _method;
    private readonly string _attribute;
    private readonly AttributeData _data;
    private readonly Dictionary<string, TypedConstant> _set;
    private readonly List<Problem> _problems;
    private readonly SettingReader _read;

    /// <param name="method">The method.</param>
    /// <param name="attribute">The name of its attribute.</param>
    /// <param name="data">The attribute.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public KernelSettings(IMethodSymbol method, string attribute, AttributeData data, List<Problem> problems)
    {
        _method = method;
        _attribute = attribute;
        _data = data;
        _set = DeclarationReader.SetProperties(data);
        _problems = problems;
        _read = new SettingReader("", null, Family.Of(Architecture.Vanilla).Preset, problems);
    }

    /// <summary>What the kernel computes. Where something is wrong it is reported, and numbers that are not known are 1.</summary>
    public KernelSpecification? Build()
    {
        switch (_attribute)
        {
            case KernelNames.Softmax or KernelNames.LogSoftmax:
                Take(KernelSignature.Rows);
                return new SoftmaxSpecification(Dimension("Length", Limits.VocabularySize), _attribute == KernelNames.LogSoftmax);

            case KernelNames.Mask:
                return BuildMask();

            case KernelNames.LayerNorm:
                bool hasShift = Take(KernelSignature.LayerNorm, KernelSignature.Norm) == KernelSignature.LayerNorm;
                return new NormSpecification(Normalization.LayerNorm, Dimension("Length", Limits.FeedForwardDimension), hasShift, Epsilon(1e-5));

            case KernelNames.RootMeanSquareNorm:
                Take(KernelSignature.Norm);
                return new NormSpecification(Normalization.RootMeanSquare, Dimension("Length", Limits.FeedForwardDimension), HasShift: false, Epsilon(1e-6));

            case KernelNames.Activation:
                Take(KernelSignature.Rows);
                return new ActivationSpecification(OfConstructor<Activation>("activation"));

            case KernelNames.Linear:
                return BuildLinear();

            case KernelNames.Attention:
                return BuildAttention();

            case KernelNames.Embedding:
                return BuildEmbedding();

            default:
                throw new InvalidOperationException($"{_attribute} is no attribute of a kernel.");
        }
    }

    private MaskSpecification BuildMask()
    {
        Mask mask = OfConstructor<Mask>("mask");
        if (mask == Mask.None)
        {
            _problems.Add(new Problem(ProblemKind.NotAnEnumValue, Place.Constructor, "mask", "Mask.None, which masks nothing", "Mask.Padding, Mask.Causal"));
        }

        Take(mask == Mask.Padding ? KernelSignature.RowsUpTo : KernelSignature.Rows);
        return new MaskSpecification(mask, Dimension("Length", Limits.VocabularySize));
    }

    private LinearSpecification BuildLinear()
    {
        bool addsResidual = Take(KernelSignature.Linear, KernelSignature.LinearPlusResidual) == KernelSignature.LinearPlusResidual;
        int inputs = Dimension("Inputs", Limits.FeedForwardDimension);
        int outputs = Dimension("Outputs", Limits.VocabularySize);
        CheckElements("Outputs", outputs, inputs, "the weights");
        Activation? function = _set.ContainsKey("Activation") ? Choice("Activation", Activation.Relu) : null;
        if (function is not null && addsResidual)
        {
            _problems.Add(new Problem(
                ProblemKind.SettingsDoNotGoTogether,
                Place.Of("Activation"),
                $"Activation = Activation.{function}",
                "the method takes a residual, to which sums are added as they are; take the residual out, or the activation"));
        }

        int bits = Int8Layout.OfLayer(inputs, outputs).InputBits;
        if (Integer("InputBits") is int set)
        {
            bits = set;
            if (set != Int8Layout.Bytes.InputBits && set != Int8Layout.Words.InputBits)
            {
                _problems.Add(new Problem(ProblemKind.NotAnEnumValue, Place.Of("InputBits"), "InputBits", SettingReader.Show(set), "8, 12"));
            }
        }

        return new LinearSpecification(inputs, outputs, function, addsResidual, bits);
    }

    private AttentionSpecification BuildAttention()
    {
        Mask mask = Choice("Mask", Mask.None);
        Take(mask == Mask.Padding ? KernelSignature.AttentionUpTo : KernelSignature.Attention);
        int heads = Dimension("Heads", Limits.ModelDimension);
        int headDimension = Dimension("HeadDimension", Limits.ModelDimension);
        int maxLength = Dimension("MaxLength", Limits.SequenceLength, otherwise: 512);
        if (CheckElements("Heads", heads, headDimension, "the width of all heads", Limits.FeedForwardDimension))
        {
            CheckElements("MaxLength", maxLength, heads * PanelLayout.RoundUp(headDimension), "the keys of the longest sequence", Limits.BufferElements / 4);
        }

        return new AttentionSpecification(heads, headDimension, mask, maxLength, !_set.TryGetValue("ScaleScores", out TypedConstant scale) || DeclarationReader.Scalar(scale) is not false);
    }

    private EmbeddingSpecification BuildEmbedding()
    {
        bool addsPositions = Take(KernelSignature.Embedding, KernelSignature.EmbeddingPlusPositions) == KernelSignature.EmbeddingPlusPositions;
        int tokens = Dimension("Tokens", Limits.VocabularySize);
        int dimension = Dimension("Dimension", Limits.FeedForwardDimension);
        CheckElements("Tokens", tokens, dimension, "the table");
        return new EmbeddingSpecification(tokens, dimension, _set.TryGetValue("ScaleEmbedding", out TypedConstant scale) && DeclarationReader.Scalar(scale) is true, addsPositions);
    }

    /// <summary>Finds which signature the method has; where it has none of them, that is reported, and it is the first.</summary>
    private KernelSignature Take(params KernelSignature[] signatures)
    {
        if (Array.Find(signatures, signature => signature.Fits(_method)) is KernelSignature fitting)
        {
            return fitting;
        }

        string mask = signatures[0] == KernelSignature.RowsUpTo || signatures[0] == KernelSignature.AttentionUpTo ? " and Mask.Padding" : "";
        _problems.Add(new Problem(
            ProblemKind.SignatureDoesNotFit,
            Place.MethodName,
            _method.Name,
            KernelSignature.Describe(_method),
            KernelNames.Show(_attribute) + mask,
            string.Join(" or ", signatures.Select(static signature => signature.ToString()))));
        return signatures[0];
    }

    private int? Integer(string property) => _set.TryGetValue(property, out TypedConstant value) && DeclarationReader.Scalar(value) is int number ? number : null;

    private int Dimension(string property, int most, int? otherwise = null)
    {
        if (Integer(property) is not int value)
        {
            if (otherwise is null)
            {
                _problems.Add(new Problem(ProblemKind.KernelDimensionMissing, Place.Attribute, _method.Name, property));
            }

            return otherwise ?? 1;
        }

        string text = $"{property} = {SettingReader.Show(value)}";
        if (value >= 1 && value <= most)
        {
            return value;
        }

        _problems.Add(value < 1
            ? new Problem(ProblemKind.DimensionNotPositive, Place.Of(property), text)
            : new Problem(ProblemKind.DimensionTooLarge, Place.Of(property), text, SettingReader.Show(most)));
        return 1;
    }

    private bool CheckElements(string property, int rows, int columns, string what, long most = Limits.BufferElements)
    {
        long elements = (long)PanelLayout.RoundUp(rows) * PanelLayout.RoundUp(columns);
        if (elements > most)
        {
            string Show(long number) => number.ToString(CultureInfo.InvariantCulture);
            _problems.Add(new Problem(ProblemKind.BufferTooLarge, Place.Of(property), $"{property} = {SettingReader.Show(rows)}", what, Show(elements), Show(most)));
        }

        return elements <= most;
    }

    private double Epsilon(double otherwise)
    {
        double epsilon = _set.TryGetValue("Epsilon", out TypedConstant value) && DeclarationReader.Scalar(value) is double set ? set : otherwise;
        if ((float)epsilon is > 0 and < float.PositiveInfinity)
        {
            return epsilon;
        }

        _problems.Add(new Problem(ProblemKind.EpsilonOutOfRange, Place.Of("Epsilon"), $"Epsilon = {epsilon.ToString(CultureInfo.InvariantCulture)}"));
        return otherwise;
    }

    private TEnum Choice<TEnum>(string property, TEnum otherwise)
        where TEnum : struct, Enum =>
        _read.Choice(property, Integer(property), otherwise) ?? otherwise;

    private TEnum OfConstructor<TEnum>(string parameter)
        where TEnum : struct, Enum =>
        _data.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Enum, Value: int number } ? _read.DefinedChoice<TEnum>(Place.Constructor, parameter, number) ?? default : default;
}
