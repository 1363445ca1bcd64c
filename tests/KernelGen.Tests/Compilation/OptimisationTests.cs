using System.Reflection;
using System.Runtime.CompilerServices;
using KernelGen.Execution;
using static KernelGen.Tests.Compilation.JitListener;

namespace KernelGen.Tests.Compilation;

/// <summary>The JIT optimises every hot method when it first compiles it: none is so large that it gives up, none is compiled for a start without optimisation.</summary>
public sealed class OptimisationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Short kernels, which the JIT may compile as part of each one that calls them.</summary>
    private static readonly string[] PartOfOthers = ["PlaceScores"];

    private static readonly string[] Tiles = ["Tile", "Int8", "Scores", "WeightedSum"];

    [Fact]
    public void Kernels_and_hot_methods_of_the_runtime_are_optimised_at_their_first_call()
    {
        using JitListener listener = Listen();
        AssembliesAnew.Call(typeof(ObservedModels), nameof(ObservedModels.Run));
        CompileUnoptimised();
        Assert.True(listener.WaitFor(nameof(Unoptimised), 2, Patience), "The runtime told of no method after the kernels.");

        ILookup<string, CompiledMethod> byType = listener.Methods.ToLookup(static method => method.Type);
        foreach (Type type in Kernels())
        {
            CompiledMethod[] compiled = [.. byType[type.FullName!].Where(static method => !IsForwarding(method))];
            Assert.All(compiled, static method => AssertOptimised(method));
            string[] names = [.. compiled.Select(static method => method.Name)];
            string[] missing = [.. HotMethods(type, BindingFlags.Public).Except(names).Except(PartOfOthers)];
            Assert.True(missing.Length == 0, $"{type}: nothing was heard of {string.Join(", ", missing)}.");

            // What kernels call may be compiled as part of them, but tiles of many rows are too large for that.
            Assert.All(Tiles, tile => Assert.Contains(names, name => name.StartsWith(tile, StringComparison.Ordinal) && name.Contains("Of", StringComparison.Ordinal)));
        }

        CompiledMethod[] hot =
        [
            .. from type in typeof(EncoderDecoder).Assembly.GetTypes()
               from name in HotMethods(type, BindingFlags.Public | BindingFlags.NonPublic)
               from method in byType[type.FullName!]
               where method.Name == name
               select method,
        ];
        Assert.All(hot, static method => AssertOptimised(method));
        Assert.Contains(hot, static method => method.Name == "Transpose");
        Assert.Contains(hot, static method => method.Name == "Turn");
        Assert.Contains(hot, static method => method.Name == "Gather");
    }

    [Fact]
    public void What_is_not_optimised_is_heard_of_as_such()
    {
        using JitListener listener = Listen();
        CompiledMethod unoptimised = listener.Methods.First(static method => method.Name == nameof(Unoptimised));
        Assert.Equal(Tier.MinOptJitted, unoptimised.Tier);
        Assert.ThrowsAny<Exception>(() => AssertOptimised(unoptimised));
    }

    /// <summary>Listens, and makes sure that something is heard; else the test is skipped.</summary>
    private static JitListener Listen()
    {
        var listener = new JitListener();
        CompileUnoptimised();
        Assert.SkipUnless(listener.WaitFor(nameof(Unoptimised), 1, Patience), "This runtime tells of no methods that it compiles.");
        return listener;
    }

    /// <summary>The kernels of the observed models that can run here.</summary>
    private static IEnumerable<Type> Kernels() =>
        from name in ObservedModels.Names
        from instructionSet in Enum.GetValues<InstructionSet>()
        where InstructionSets.IsSupported(instructionSet)
        select typeof(OptimisationTests).Assembly.GetType($"{name}+{instructionSet}Kernels", throwOnError: true);

    /// <summary>
    /// Whether a method only answers what kernels these are, or only passes a call on: what the C# compiler adds where an interface's method has an
    /// <see langword="in"/> parameter. It is called once for all rows and panels of a layer.
    /// </summary>
    private static bool IsForwarding(CompiledMethod method) =>
        method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name.StartsWith(typeof(IModelKernels).FullName + ".", StringComparison.Ordinal);

    private static IEnumerable<string> HotMethods(Type type, BindingFlags visibility) => type
        .GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Static | BindingFlags.Instance | visibility)
        .Where(static method => method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization))
        .Select(static method => method.Name)
        .Distinct();

    private static void AssertOptimised(CompiledMethod method) =>
        Assert.True(method.Tier == Tier.Optimized, $"{method.Type}.{method.Name} was compiled as {method.Tier}.");

    private static void CompileUnoptimised() => AssembliesAnew.Call(typeof(OptimisationTests), nameof(Unoptimised));

    /// <summary>What is compiled to be heard of.</summary>
    [MethodImpl(MethodImplOptions.NoOptimization | MethodImplOptions.NoInlining)]
    private static void Unoptimised()
    {
    }
}
