using System.Numerics.Tensors;
using KernelGen.Execution;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace KernelGen.Benchmarks.Peers;

/// <summary>
/// A model in ONNX Runtime: an encoder and a decoding step, run as well as it can. Every input and output is bound once to memory of its
/// own; past and present keys and values share it.
/// </summary>
internal sealed class OnnxRuntimePeer : IContender
{
    /// <summary>The settings of every session, in words, but for the number of intra-op threads.</summary>
    public const string CommonSettings = "no spinning, all graph optimisations, inputs and outputs bound to fixed memory, past and present in the same buffers";

    /// <summary>The settings of sessions with one thread, in words.</summary>
    public const string Settings = "one intra-op thread, " + CommonSettings;

    private readonly List<IDisposable> _resources = [];
    private readonly RunOptions _runOptions;
    private readonly InferenceSession _encoder;
    private readonly InferenceSession _decoder;
    private readonly OrtIoBinding _encoderBinding;
    private readonly OrtIoBinding _decoderBinding;
    private readonly OrtValue _source;
    private readonly OrtValue _tokens;
    private readonly OrtValue _pastLength;
    private readonly OrtValue _keyLengths;
    private readonly OrtValue _totalLength;
    private readonly OrtValue _logits;
    private readonly ModelDescription _model;
    private readonly int _batch;
    private readonly int _sourceLength;
    private readonly int _targetLength;

    /// <summary>Loads the two graphs.</summary>
    /// <param name="folder">With <c>encoder.onnx</c>, <c>decoder_step.onnx</c> and their weights.</param>
    /// <param name="model">The model.</param>
    /// <param name="batch">The sources of a call.</param>
    /// <param name="sourceLength">The tokens of each source.</param>
    /// <param name="targetLength">The tokens to generate from each source.</param>
    /// <param name="threads">How many threads share the work.</param>
    public OnnxRuntimePeer(string folder, ModelDescription model, int batch, int sourceLength, int targetLength, int threads = 1)
    {
        _model = model;
        _batch = batch;
        _sourceLength = sourceLength;
        _targetLength = targetLength;
        _runOptions = Keep(new RunOptions());
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
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

        if (model.SourceChannels > 0)
        {
            // The only models of speech that there are graphs of make a position of two frames.
            _source = Allocate<float>(TensorElementType.Float, batch, model.SourceChannels, 2 * sourceLength);
            _encoderBinding.BindInput("mel", _source);
        }
        else
        {
            _source = Allocate<long>(TensorElementType.Int64, batch, sourceLength);
            OrtValue sourceMask = Allocate<int>(TensorElementType.Int32, batch, sourceLength);
            sourceMask.GetTensorMutableDataAsSpan<int>().Fill(1);
            _encoderBinding.BindInput("src_ids", _source);
            _encoderBinding.BindInput("src_mask", sourceMask);
            _decoderBinding.BindInput("src_mask", sourceMask);
        }

        _tokens = Allocate<long>(TensorElementType.Int64, batch);
        _pastLength = Allocate<int>(TensorElementType.Int32, 1);
        _keyLengths = Allocate<int>(TensorElementType.Int32, batch);
        _totalLength = Allocate<int>(TensorElementType.Int32, 1);
        _logits = Allocate<float>(TensorElementType.Float, batch, model.TargetVocabularySize);
        _decoderBinding.BindInput("ids", _tokens);
        _decoderBinding.BindInput("past_len", _pastLength);
        _decoderBinding.BindInput("seqlens_k", _keyLengths);
        _decoderBinding.BindInput("total_len", _totalLength);
        _decoderBinding.BindOutput("logits", _logits);
        for (int layer = 0; layer < model.DecoderLayers; layer++)
        {
            foreach (string part in new[] { "k", "v" })
            {
                OrtValue cross = Allocate<float>(TensorElementType.Float, batch, model.Heads, sourceLength, model.HeadDimension);
                _encoderBinding.BindOutput($"cross_{part}_{layer}", cross);
                _decoderBinding.BindInput($"cross_{part}_{layer}", cross);
                OrtValue cache = Allocate<float>(TensorElementType.Float, batch, model.Heads, targetLength, model.HeadDimension);
                _decoderBinding.BindInput($"past_{part}_{layer}", cache);
                _decoderBinding.BindOutput($"present_{part}_{layer}", cache);
            }
        }
    }

    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>The variant of the graphs that is fastest.</summary>
    public static string Variant(int batch, WeightPrecision precision) => precision == WeightPrecision.Float32 ? "best" : batch == 1 ? "i8mixp" : "i8dqp";

    /// <summary>Generates as many tokens from each source as it was made for, by greedy search. The end token is not looked for.</summary>
    /// <param name="sources">The sources, of the length that it was made for.</param>
    /// <returns>The tokens of each source.</returns>
    public int[][] Generate(int[][] sources)
    {
        Span<long> tokens = _source.GetTensorMutableDataAsSpan<long>();
        for (int i = 0; i < _batch; i++)
        {
            TensorPrimitives.ConvertChecked<int, long>(sources[i], tokens.Slice(i * _sourceLength, _sourceLength));
        }

        Encode();
        return Decode();
    }

    /// <summary>Makes frames the source, <c>[channels, frames]</c>, row by row.</summary>
    public void SetFrames(ReadOnlySpan<float> frames) => frames.CopyTo(_source.GetTensorMutableDataAsSpan<float>());

    /// <summary>Runs the encoder over the sources.</summary>
    public void Encode() => _encoder.RunWithBinding(_runOptions, _encoderBinding);

    /// <summary>Generates from what the encoder made of the sources.</summary>
    /// <returns>The tokens of each source.</returns>
    public int[][] Decode()
    {
        int[][] targets = new int[_batch][];
        for (int i = 0; i < _batch; i++)
        {
            targets[i] = new int[_targetLength];
        }

        Span<long> next = _tokens.GetTensorMutableDataAsSpan<long>();
        next.Fill(_model.StartToken);
        for (int step = 0; step < _targetLength; step++)
        {
            _pastLength.GetTensorMutableDataAsSpan<int>()[0] = step;
            _keyLengths.GetTensorMutableDataAsSpan<int>().Fill(step);
            _totalLength.GetTensorMutableDataAsSpan<int>()[0] = step + 1;
            _decoder.RunWithBinding(_runOptions, _decoderBinding);
            ReadOnlySpan<float> logits = _logits.GetTensorDataAsSpan<float>();
            for (int i = 0; i < _batch; i++)
            {
                targets[i][step] = TensorPrimitives.IndexOfMax(logits.Slice(i * _model.TargetVocabularySize, _model.TargetVocabularySize));
                next[i] = targets[i][step];
            }
        }

        return targets;
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
