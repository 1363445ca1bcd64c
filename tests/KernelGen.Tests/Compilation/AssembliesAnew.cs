using System.Reflection;
using System.Runtime.Loader;

namespace KernelGen.Tests.Compilation;

/// <summary>The tests' and KernelGen's assemblies, loaded once more: their methods are compiled anew, whatever ran before.</summary>
internal sealed class AssembliesAnew : AssemblyLoadContext
{
    private static readonly Assembly[] Ours = [typeof(AssembliesAnew).Assembly, typeof(EncoderDecoder).Assembly];

    private AssembliesAnew()
        : base(nameof(AssembliesAnew))
    {
    }

    /// <summary>Calls a static method without parameters in assemblies that no method was compiled of yet.</summary>
    public static void Call(Type type, string method) => new AssembliesAnew()
        .LoadFromAssemblyPath(type.Assembly.Location)
        .GetType(type.FullName!, throwOnError: true)!
        .GetMethod(method, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, Type.EmptyTypes)!
        .Invoke(null, null);

    protected override Assembly? Load(AssemblyName assemblyName) =>
        Ours.SingleOrDefault(assembly => assembly.GetName().Name == assemblyName.Name) is { } known ? LoadFromAssemblyPath(known.Location) : null;
}
