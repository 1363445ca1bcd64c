using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>Writes what linear kernels do with their sums: residual and activation, and the types that say which of these a kernel has.</summary>
internal static class EpilogueEmitter
{
    /// <summary>Writes how rows of sums are stored.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="context">The model and the instruction set.</param>
    /// <param name="columns">How many vectors rows of tiles may have.</param>
    public static void EmitStores(SourceWriter writer, KernelContext context, IEnumerable<int> columns)
    {
        foreach (int count in columns)
        {
            EmitStore(writer, context, count);
            writer.Write();
        }

        writer.Write("/// <summary>Adds the residual, makes negative sums zero, or does neither, and stores one vector.</summary>");
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static void Store<TEpilogue>({context.Floats} sum, float* residual, float* output){KernelContext.EpilogueConstraint}"))
        {
            using (writer.Open("if (TEpilogue.AddsResidual)"))
            {
                writer.Write($"sum = {context.At("residual")} + sum;");
            }

            using (writer.Open("if (TEpilogue.IsRelu)"))
            {
                writer.Write("// The sum stands second, so that NaN stays NaN; adding 0 makes -0 a 0, as it is on every CPU then.");
                writer.Write($"sum = {context.Simd}.MaxNative({context.Floats}.Zero, sum) + {context.Floats}.Zero;");
            }

            writer.Write($"{context.At("output")} = sum;");
        }

        if (context.Plan.BlockFunctions.Count > 0)
        {
            writer.Write();
            EmitActivate(writer, context, context.Plan.BlockFunctions);
        }
    }

    /// <summary>Writes the call that applies the activation to a group of columns, where a kernel has one.</summary>
    public static void EmitActivation(SourceWriter writer, KernelContext context, int columns)
    {
        if (context.Plan.BlockFunctions.Count > 0)
        {
            writer.Write($"Activate<TEpilogue>(rows, {columns}, output + column);");
        }
    }

    private const string Function = "global::KernelGen.Activation";

    /// <summary>The class that holds the epilogues.</summary>
    public const string ClassName = "Epilogues";

    /// <summary>The type of a kernel's epilogue.</summary>
    public static string TypeOf(LinearPlan linear) => $"{ClassName}.{linear.Name}";

    /// <summary>Writes the epilogues, one type per linear kernel, the same for every instruction set.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="plan">The kernels.</param>
    /// <param name="linears">Those of them that are linear.</param>
    public static void EmitTypes(SourceWriter writer, KernelPlan plan, IEnumerable<LinearPlan> linears)
    {
        writer.Write();
        writer.Write("/// <summary>What linear kernels do with their sums.</summary>");
        writer.Write(ModelFile.Uncovered);
        using (writer.Open($"private static class {ClassName}"))
        {
            EmitEach(writer, linears, plan.BlockFunctions);
        }
    }

    private static void EmitEach(SourceWriter writer, IEnumerable<LinearPlan> linears, IReadOnlyList<Activation> functions)
    {
        static string Boolean(bool value) => value ? "true" : "false";
        foreach (LinearPlan linear in linears)
        {
            bool addsResidual = linear.Epilogue is LinearEpilogue.Residual;
            writer.Write();
            writer.Write($"/// <summary><c>{linear.Name}</c> {Description(linear.Epilogue)}.</summary>");
            using (writer.Open($"public readonly struct {linear.Name} : Epilogue_"))
            {
                writer.Write($"public static int OutputStride => {linear.OutputStride};");
                writer.Write($"public static int ResidualStride => {(addsResidual ? linear.OutputStride : 0)};");
                writer.Write($"public static bool AddsResidual => {Boolean(addsResidual)};");
                writer.Write($"public static bool IsRelu => {Boolean(linear.Epilogue is LinearEpilogue.Rectification)};");
                writer.Write($"public static bool IsActivated => {Boolean(linear.Epilogue is LinearEpilogue.BlockActivation)};");
                if (linear.Epilogue is LinearEpilogue.BlockActivation activation && functions.Count > 1)
                {
                    writer.Write($"public static {Function} Function => {Function}.{activation.Function};");
                }
            }
        }
    }

    /// <summary>What follows the bias in the formula of a kernel.</summary>
    public static string Formula(LinearEpilogue epilogue) => epilogue switch
    {
        LinearEpilogue.Identity => "",
        LinearEpilogue.Residual => " + residual",
        LinearEpilogue.Rectification => ", Relu",
        LinearEpilogue.BlockActivation activation => $", {activation.Function}",
        _ => throw Unknown(epilogue),
    };

    private static string Description(LinearEpilogue epilogue) => epilogue switch
    {
        LinearEpilogue.Identity => "stores its sums as they are",
        LinearEpilogue.Residual => "adds its sums to the residual",
        LinearEpilogue.Rectification => "stores positive sums, and zero for negative ones",
        LinearEpilogue.BlockActivation activation => $"stores its sums, and then applies {activation.Function} to them",
        _ => throw Unknown(epilogue),
    };

    private static InvalidOperationException Unknown(LinearEpilogue epilogue) => new($"The epilogue {epilogue} cannot be written.");

    /// <summary>Writes how a row of sums is stored.</summary>
    public static void EmitStore(SourceWriter writer, KernelContext context, int columns)
    {
        IEnumerable<int> all = Enumerable.Range(0, columns);
        writer.Write("/// <summary>Stores the sums of one row of a tile; the row is a literal of the caller.</summary>");
        writer.Write(KernelContext.Inlined);
        string sums = string.Join(", ", all.Select(column => $"{context.Floats} sum{column}"));
        using (writer.Open($"private static void Store<TEpilogue>({sums}, float* residual, float* output, int row){KernelContext.EpilogueConstraint}"))
        {
            writer.Write("residual += row * TEpilogue.ResidualStride;");
            writer.Write("output += row * TEpilogue.OutputStride;");
            foreach (int column in all)
            {
                int offset = column * context.Vectors.Lanes;
                writer.Write($"Store<TEpilogue>(sum{column}, {KernelContext.Offset("residual", offset)}, {KernelContext.Offset("output", offset)});");
            }
        }
    }

    private static void EmitActivate(SourceWriter writer, KernelContext context, IReadOnlyList<Activation> functions)
    {
        string either = string.Join(" or ", functions);
        writer.Write($"/// <summary>{either} of a block of columns, in place, while it is in the first-level cache; nothing for a kernel that has no activation.</summary>");
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static void Activate<TEpilogue>(int rows, int columns, float* values){KernelContext.EpilogueConstraint}"))
        {
            foreach (Activation function in functions)
            {
                string condition = functions.Count == 1 ? "" : $" && TEpilogue.Function == {Function}.{function}";
                using (writer.Open($"if (TEpilogue.IsActivated{condition})"))
                {
                    writer.Write($"{Name(function)}(rows, columns, TEpilogue.OutputStride, values);");
                }
            }
        }

        foreach (Activation function in functions)
        {
            writer.Write();
            EmitFunction(writer, context, function, $"private static void {Name(function)}");
        }

        string Name(Activation function) => functions.Count == 1 ? "Activate" : $"Activate{function}";
    }

    /// <summary>Writes what applies a function to each value of some rows, in place.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="context">The kernels and the instruction set.</param>
    /// <param name="function">The function.</param>
    /// <param name="method">How the method begins, up to its name.</param>
    public static void EmitFunction(SourceWriter writer, KernelContext context, Activation function, string method)
    {
        writer.Write($"/// <summary>{function} of each value.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"{method}(int rows, int columns, int stride, float* values)"))
        using (writer.Open("for (int row = 0; row < rows; row++)"))
        {
            using (writer.Open($"for (int column = 0; column < columns; column += {context.Vectors.Lanes})"))
            {
                writer.Write($"{context.At("values + column")} = {VectorMathEmitter.Activated(context, function, context.At("values + column"))};");
            }

            writer.Write("values += stride;");
        }
    }
}
