using KernelGen.Layout;

namespace KernelGen.Generator.Emission.Int8Formats;

/// <summary>How a format of quantised inputs and weights is written in C#: everything in which the kernels of two formats differ beyond the numbers of the plan.</summary>
/// <remarks>A method without a value writes statements; a format overrides it where it has something to write.</remarks>
internal abstract class Int8Format
{
    private static readonly Int8Format[] All = [new ByteFormat(), new ScaledByteFormat(), new WordFormat()];

    /// <summary>The numbers of the format.</summary>
    public abstract Int8Layout Plan { get; }

    /// <summary>The alias of the vector of weights as they are multiplied.</summary>
    public abstract string Weights { get; }

    /// <summary>The lines that say how rows are quantised.</summary>
    public abstract IReadOnlyList<string> Summary { get; }

    /// <summary>The format that the plan chose.</summary>
    public static Int8Format Of(Int8Layout plan) => All.Single(format => format.Plan == plan);

    /// <summary>Before the first row is quantised.</summary>
    public virtual void EmitBeforeRows(SourceWriter writer)
    {
    }

    /// <summary>Declares what one vector of a panel gathers over a row beside the highest magnitude.</summary>
    public virtual void EmitAccumulators(SourceWriter writer, KernelContext context, int vector)
    {
    }

    /// <summary>What is gathered from the magnitudes of a panel, which it may change.</summary>
    public virtual void EmitMagnitudes(SourceWriter writer, KernelContext context)
    {
    }

    /// <summary>The scale of a row, given the accumulators and <c>highest</c>.</summary>
    public abstract string Scale(KernelContext context);

    /// <summary>Declares what all panels of a row take to be rounded, beside <c>inverse</c> and <c>magic</c>.</summary>
    public virtual void EmitBeforeRounding(SourceWriter writer, KernelContext context)
    {
    }

    /// <summary>Declares what the inputs of a panel are multiplied with, where it is not the same for the whole row.</summary>
    public virtual void EmitInverses(SourceWriter writer, KernelContext context)
    {
    }

    /// <summary>What one vector of a panel is multiplied with before it is rounded.</summary>
    public virtual string Inverse(KernelContext context, int vector) => "inverse";

    /// <summary>What is gathered from one vector of rounded inputs.</summary>
    public virtual void EmitRounded(SourceWriter writer, KernelContext context, int vector)
    {
    }

    /// <summary>Stores the 16 rounded inputs of a panel.</summary>
    public abstract void EmitNarrow(SourceWriter writer, KernelContext context);

    /// <summary>Stores the values with which sums begin, which follow the row's scale.</summary>
    public virtual void EmitInitialSums(SourceWriter writer, KernelContext context)
    {
    }

    /// <summary>With what the sums of a row begin.</summary>
    /// <param name="context">The model and the instruction set.</param>
    /// <param name="place">Where the value for the row stands.</param>
    public abstract string InitialSum(KernelContext context, string place);

    /// <summary>A vector of weights: one group for each lane.</summary>
    /// <param name="context">The model and the instruction set.</param>
    /// <param name="place">A <c>byte*</c> to the first.</param>
    public abstract string Weight(KernelContext context, string place);

    /// <summary>Declares what every product of a tile takes.</summary>
    public virtual void EmitConstants(SourceWriter writer, KernelContext context)
    {
    }

    /// <summary>The names of what a row has for a step, 32 bits each.</summary>
    public abstract IReadOnlyList<string> Inputs(int row);

    /// <summary>The arguments of a product, given the name of the vector of a step's first weights.</summary>
    public abstract string ProductArguments(KernelContext context, string weight, int row);

    /// <summary>The parameters of a product, and the expression that is its sum in each lane of 32 bits.</summary>
    public abstract (string Parameters, string Sum) Product(KernelContext context);

    /// <summary>Whether inputs and weights are bytes, for which some CPUs have instructions of their own.</summary>
    public virtual bool HasDotProducts => false;

    /// <summary>Declares what a row has for a step, as <see cref="AddDotProducts"/> takes it.</summary>
    public virtual void EmitDotProductInputs(SourceWriter writer, KernelContext context, int row, string place) => throw new NotSupportedException($"{Plan.Name} are no bytes.");

    /// <summary>The statement that adds the products of a step to a sum.</summary>
    /// <param name="context">The model and the instruction set.</param>
    /// <param name="add">The method (<see cref="InstructionSets.DotProductInstructions.Add"/>).</param>
    /// <param name="sum">The name of the sum.</param>
    /// <param name="weight">The name of the vector of a step's first weights.</param>
    /// <param name="row">The row of the tile.</param>
    public virtual string AddDotProducts(KernelContext context, string add, string sum, string weight, int row) => throw new NotSupportedException($"{Plan.Name} are no bytes.");

    /// <summary>Given the same parameters and <c>sum</c>, the expression that adds the product by what the precision has for it.</summary>
    public abstract string Addition(KernelContext context);

    /// <summary>The name of the vector of one part of a step: the parts are the groups that are multiplied at once.</summary>
    public static string Part(string name, int part) => part == 0 ? name : name + "b";
}
