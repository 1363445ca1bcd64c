using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace KernelGen.Tool.Tests;

/// <summary>The fields of a packed file become a declaration, which the tool compiles and runs: whatever they say, it must run nothing of theirs.</summary>
public sealed class HostilePackedFileTests : IDisposable
{
    private const int DataOffsetOffset = 24;
    private const int FieldsLengthOffset = 28;
    private const int HeaderChecksumOffset = 40;
    private const int FieldsOffset = 64;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("inspect")]
    [InlineData("check")]
    [InlineData("bench")]
    public void Code_in_the_fields_is_not_run(string command)
    {
        string trace = _folder.File("trace");
        string code = $"3)] sealed partial class Model; class Intruder {{ [System.Runtime.CompilerServices.ModuleInitializer] internal static void Run() => System.IO.File.WriteAllText(\"{trace}\", \"\"); }} //";

        ToolRun.Of(command, Pack("Heads=3", "Heads=" + code)).AssertRefused("The packed file says Heads = '3)] sealed partial class");
        Assert.False(File.Exists(trace));
    }

    [Theory]
    [InlineData("Activation=Gelu", "Activation=7", "Activation = '7'")]
    [InlineData("OutputBias=true", "OutputBias=1", "OutputBias = '1'")]
    [InlineData("LayerNormEpsilon=1E-05", "LayerNormEpsilon=double.NaN", "LayerNormEpsilon = 'double.NaN'")]
    [InlineData("Heads=3", "Heads=1+2", "Heads = '1+2'")]
    [InlineData("Architecture=Bart", "Architecture=None", "the architecture 'None'")]
    public void A_field_is_a_value_of_its_property(string field, string changed, string message) =>
        ToolRun.Of("inspect", Pack(field, changed)).AssertRefused(message);

    [Theory]
    [InlineData("Declaration=class")]
    [InlineData("Declaration=Model : System.Object")]
    [InlineData("Declaration=\u202Emodel")]
    public void A_name_that_is_none_is_replaced(string declaration)
    {
        ToolRun run = ToolRun.Of("inspect", Pack("Declaration=Model", declaration), "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("public sealed partial class Model;", run.Json.GetProperty("declaration").GetString(), StringComparison.Ordinal);
    }

    /// <summary>A packed file of which one field is another, and all else as it must be.</summary>
    private string Pack(string field, string changed)
    {
        string path = _folder.File("model.packed");
        Assert.Equal(0, ToolRun.Of("pack", ToolRun.Weights("bart"), "-o", path, "--set", "Heads=3").ExitCode);
        byte[] bytes = File.ReadAllBytes(path);
        int dataOffset = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(DataOffsetOffset));
        string fields = Encoding.UTF8.GetString(bytes, FieldsOffset, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(FieldsLengthOffset)));
        Assert.Contains(field + "\n", fields, StringComparison.Ordinal);
        byte[] written = Encoding.UTF8.GetBytes(fields.Replace(field + "\n", changed + "\n", StringComparison.Ordinal));

        bytes.AsSpan(FieldsOffset, dataOffset - FieldsOffset).Clear();
        written.CopyTo(bytes, FieldsOffset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(FieldsLengthOffset), written.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HeaderChecksumOffset), 0);
        uint checksum = uint.MaxValue;
        foreach (byte value in bytes.AsSpan(0, dataOffset))
        {
            checksum = BitOperations.Crc32C(checksum, value);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HeaderChecksumOffset), ~checksum);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
