using System.Runtime.InteropServices;
using System.Text.Json;

namespace KernelGen.Audio.Tests;

/// <summary>The files beside the tests.</summary>
internal static class TestFiles
{
    public static string Jfk => PathOf("jfk.wav");

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    /// <summary>A tensor of log-mels.safetensors, [bins, frames].</summary>
    public static (float[] Values, int Bins, int Frames) LogMel(string name)
    {
        byte[] file = Bytes("log-mels.safetensors");
        int headerLength = (int)BitConverter.ToUInt64(file);
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        JsonElement tensor = header.RootElement.GetProperty(name);
        int[] shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(static size => size.GetInt32())];
        int[] place = [.. tensor.GetProperty("data_offsets").EnumerateArray().Select(static offset => offset.GetInt32())];
        return (MemoryMarshal.Cast<byte, float>(file.AsSpan()[(8 + headerLength + place[0])..(8 + headerLength + place[1])]).ToArray(), shape[0], shape[1]);
    }
}
