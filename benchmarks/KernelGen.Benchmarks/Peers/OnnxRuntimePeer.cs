using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace KernelGen.Benchmarks.Peers;

/// <summary>
/// A model in ONNX Runtime: an encoder and a decoding step, run as well as it can on one thread. Every input and output is bound once to memory of its
/// own; past and present keys and values share it.
/// </summary>
internal sealed class OnnxRuntimePeer : IDisposable
{
    /// <summary>The settings of every session, in words.</summary>
    public const string Settings = "one intra-op thread, no spinning, all graph optimisations, inputs and outputs bound to fixed memory, past and present in the same buffers";

    private readonly List<IDisposable> _resources = [];
    private readonly RunOptions _runOptions;
    private readonly InferenceSession _encoder;
    private readonly InferenceSession _decoder;
    private readonly OrtIoBinding _encoderBinding;
    private readonly OrtIoBinding _decoderBinding;
    private readonly OrtValue _source;
    private readonly OrtValue _token;
    private readonly OrtValue _pastLength;
    private readonly OrtValue _keyLength;
    private readonly OrtValue _totalLength;
    private readonly OrtValue _logits;

    /// <summary>Loads the two graphs.</summary>
    /// <param name="folder">With <c>encoder.onnx</c>, <c>decoder_step.onnx</c> and their weights.</param>
    /// <param name="peer">The model.</param>
    public OnnxRuntimePeer(string folder, PeerCase peer)
    {
        _runOptions = Keep(new RunOptions());
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        _encoder = Keep(new InferenceSession(Path.Combine(folder, "encoder.onnx"), options));
        _decoder = Keep(new InferenceSession(Path.Combine(folder, "decoder_step.onnx"), options));
        _encoderBinding = Keep(_encoder.CreateIoBinding());
        _decoderBinding = Keep(_decoder.CreateIoBinding());

        _source = Allocate<long>(TensorElementType.Int64, 1, PeerCase.SourceLength);
        OrtValue sourceMask = Allocate<int>(TensorElementType.Int32, 1, PeerCase.SourceLength);
        sourceMask.GetTensorMutableDataAsSpan<int>().Fill(1);
        _encoderBinding.BindInput("src_ids", _source);
        _encoderBinding.BindInput("src_mask", sourceMask);

        _token = Allocate<long>(TensorElementType.Int64, 1);
        _pastLength = Allocate<int>(TensorElementType.Int32, 1);
        _keyLength = Allocate<int>(TensorElementType.Int32, 1);
        _totalLength = Allocate<int>(TensorElementType.Int32, 1);
        _logits = Allocate<float>(TensorElementType.Float, 1, peer.VocabularySize);
        _decoderBinding.BindInput("ids", _token);
        _decoderBinding.BindInput("src_mask", sourceMask);
        _decoderBinding.BindInput("past_len", _pastLength);
        _decoderBinding.BindInput("seqlens_k", _keyLength);
        _decoderBinding.BindInput("total_len", _totalLength);
        _decoderBinding.BindOutput("logits", _logits);
        for (int layer = 0; layer < peer.DecoderLayers; layer++)
        {
            foreach (string part in new[] { "k", "v" })
            {
                OrtValue cross = Allocate<float>(TensorElementType.Float, 1, peer.Heads, PeerCase.SourceLength, peer.HeadSize);
                _encoderBinding.BindOutput($"cross_{part}_{layer}", cross);
                _decoderBinding.BindInput($"cross_{part}_{layer}", cross);
                OrtValue cache = Allocate<float>(TensorElementType.Float, 1, peer.Heads, PeerCase.TargetLength, peer.HeadSize);
                _decoderBinding.BindInput($"past_{part}_{layer}", cache);
                _decoderBinding.BindOutput($"present_{part}_{layer}", cache);
            }
        }
    }

    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>Generates <see cref="PeerCase.TargetLength"/> tokens by greedy search, or fewer when the end token comes.</summary>
    /// <param name="source">The source, of <see cref="PeerCase.SourceLength"/> tokens.</param>
    /// <param name="logits">Receives the logits of each step, <c>[steps, vocabulary]</c>; may be empty.</param>
    /// <returns>The tokens, the end token included.</returns>
    public int[] Generate(ReadOnlySpan<int> source, Span<float> logits = default)
    {
        TensorPrimitives.ConvertChecked(source, _source.GetTensorMutableDataAsSpan<long>());
        _encoder.RunWithBinding(_runOptions, _encoderBinding);

        int[] tokens = new int[PeerCase.TargetLength];
        int token = PeerCase.StartToken;
        for (int step = 0; step < tokens.Length; step++)
        {
            _token.GetTensorMutableDataAsSpan<long>()[0] = token;
            _pastLength.GetTensorMutableDataAsSpan<int>()[0] = step;
            _keyLength.GetTensorMutableDataAsSpan<int>()[0] = step;
            _totalLength.GetTensorMutableDataAsSpan<int>()[0] = step + 1;
            _decoder.RunWithBinding(_runOptions, _decoderBinding);
            ReadOnlySpan<float> stepLogits = _logits.GetTensorDataAsSpan<float>();
            if (!logits.IsEmpty)
            {
                stepLogits.CopyTo(logits[(step * stepLogits.Length)..]);
            }

            tokens[step] = token = TensorPrimitives.IndexOfMax(stepLogits);
            if (token == PeerCase.EndToken)
            {
                return tokens[..(step + 1)];
            }
        }

        return tokens;
    }

    public void Dispose()
    {
        for (int i = _resources.Count - 1; i >= 0; i--)
        {
            _resources[i].Dispose();
        }
    }

    /// <summary>Memory of ONNX Runtime's own allocator, filled with zeros.</summary>
    private OrtValue Allocate<T>(TensorElementType type, params long[] shape)
        where T : unmanaged
    {
        OrtValue value = Keep(OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape));
        value.GetTensorMutableDataAsSpan<T>().Clear();
        return value;
    }

    private T Keep<T>(T resource)
        where T : IDisposable
    {
        _resources.Add(resource);
        return resource;
    }
}
