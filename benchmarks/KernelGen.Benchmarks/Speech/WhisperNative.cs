using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.Benchmarks.Speech;

/// <summary>
/// What whisper.cpp offers in C, of the library in the package Whisper.net.Runtime. Whisper.net itself runs whole transcriptions alone, in which encoder and decoder cannot be told
/// apart; its work is this library's.
/// </summary>
internal static unsafe partial class WhisperNative
{
    private const string Library = "whisper";

    /// <summary>Each needs those before it.</summary>
    private static readonly string[] Files = ["libggml-base-whisper.so", "libggml-cpu-whisper.so", "libggml-whisper.so", "libwhisper.so"];

    static WhisperNative() => NativeLibrary.SetDllImportResolver(
        Assembly.GetExecutingAssembly(), static (name, _, _) => name == Library && TryLoad(out IntPtr library) ? library : IntPtr.Zero);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64");

    /// <summary>Whether the library is there, for this system.</summary>
    public static bool IsPresent { get; } = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 && TryLoad(out _);

    /// <summary>Its version and what of this CPU it uses.</summary>
    public static string Version => $"whisper.cpp {Marshal.PtrToStringUTF8(whisper_version())} ({Marshal.PtrToStringUTF8(whisper_print_system_info())!.Trim(' ', '|')})";

    /// <summary>Loads a model, without a word on the error output.</summary>
    public static IntPtr Load(string path, bool usesFlashAttention)
    {
        whisper_log_set(&Ignore, IntPtr.Zero);
        ContextParameters parameters = whisper_context_default_params();
        parameters.UsesGpu = 0;
        parameters.UsesFlashAttention = usesFlashAttention ? (byte)1 : (byte)0;
        IntPtr context = whisper_init_from_file_with_params(path, parameters);
        return context != IntPtr.Zero ? context : throw new InvalidDataException($"whisper.cpp does not read {path}.");
    }

    [LibraryImport(Library)]
    public static partial int whisper_set_mel(IntPtr context, float* mel, int frames, int channels);

    [LibraryImport(Library)]
    public static partial int whisper_encode(IntPtr context, int firstFrame, int threads);

    [LibraryImport(Library)]
    public static partial int whisper_decode(IntPtr context, int* tokens, int count, int past, int threads);

    [LibraryImport(Library)]
    public static partial float* whisper_get_logits(IntPtr context);

    [LibraryImport(Library)]
    public static partial void whisper_free(IntPtr context);

    [LibraryImport(Library)]
    private static partial IntPtr whisper_version();

    [LibraryImport(Library)]
    private static partial IntPtr whisper_print_system_info();

    [LibraryImport(Library)]
    private static partial void whisper_log_set(delegate* unmanaged[Cdecl]<int, IntPtr, IntPtr, void> callback, IntPtr data);

    [LibraryImport(Library)]
    private static partial ContextParameters whisper_context_default_params();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial IntPtr whisper_init_from_file_with_params(string path, ContextParameters parameters);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(int level, IntPtr text, IntPtr data)
    {
    }

    private static bool TryLoad(out IntPtr library)
    {
        library = IntPtr.Zero;
        foreach (string file in Files)
        {
            if (!NativeLibrary.TryLoad(Path.Combine(Folder, file), out library))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary><c>whisper_context_params</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ContextParameters
    {
        public byte UsesGpu;
        public byte UsesFlashAttention;
        public int GpuDevice;
        public byte HasTokenTimestamps;
        public int AlignmentPreset;
        public int AlignmentTop;
        public nuint HeadCount;
        public IntPtr Heads;
        public nuint AlignmentMemory;
    }
}
