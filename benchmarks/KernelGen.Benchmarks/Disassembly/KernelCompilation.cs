using System.Reflection;
using System.Runtime.CompilerServices;
using KernelGen.Execution;
using KernelGen.Tests.Kernels;

namespace KernelGen.Benchmarks.Disassembly;

/// <summary>Compiles kernels without running them.</summary>
internal static class KernelCompilation
{
    /// <summary>Compiles every kernel, tile and loop of a model, for each epilogue, with floats and with bfloat16; weights of 8 and 4 bits have methods of their own.</summary>
    /// <param name="set">The kernels.</param>
    public static void Compile(KernelSet set)
    {
        // The set is generic over the generated struct, beside which a class holds the epilogues.
        Type[] arguments = set.GetType().GetGenericArguments();
        Type kernels = arguments[0];
        Type[] floats = [typeof(Float32Weights), typeof(BFloat16Weights)], int8 = [arguments.ElementAtOrDefault(1) ?? typeof(Int8Weights)];
        Type[] epilogues = kernels.DeclaringType!.GetNestedType("Epilogues", BindingFlags.NonPublic | BindingFlags.Public)!.GetNestedTypes();
        foreach (MethodInfo method in kernels.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        {
            if (!method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization))
            {
                continue;
            }

            IEnumerable<RuntimeTypeHandle[]> instantiations = [[]];
            bool isQuantized = method.Name.Contains(nameof(WeightPrecision.Int8), StringComparison.Ordinal) || method.Name.Contains(nameof(WeightPrecision.Int4), StringComparison.Ordinal);
            Type[] precisions = isQuantized ? int8 : floats;
            foreach (Type parameter in method.GetGenericArguments())
            {
                Type[] choices = parameter.GetGenericParameterConstraints().Contains(typeof(ILinearEpilogue)) ? epilogues : precisions;
                instantiations = instantiations.SelectMany(chosen => choices.Select(choice => (RuntimeTypeHandle[])[.. chosen, choice.TypeHandle]));
            }

            foreach (RuntimeTypeHandle[] instantiation in instantiations)
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle, instantiation);
            }
        }
    }
}
