using KernelGen.Generator.Emission.InstructionSets;
using KernelGen.Generator.Emission.Training;
using KernelGen.Generator.Planning;
using KernelGen.Generator.Specification;

namespace KernelGen.Generator.Emission;

/// <summary>Writes every file of one model: the class with its way in, and the kernels for each instruction set, one file per kernel family.</summary>
internal static class ModelEmitter
{
    public static IReadOnlyList<GeneratedFile> Emit(DeclaredClass declaredClass, ModelSpecification specification) => Emit(declaredClass, new ModelPlan(specification));

    public static IReadOnlyList<GeneratedFile> Emit(DeclaredClass declaredClass, ModelPlan plan)
    {
        var files = new List<GeneratedFile> { EmitModel(declaredClass, plan) };
        foreach (VectorInstructions instructions in VectorInstructions.All)
        {
            var context = new KernelContext(declaredClass, plan, instructions);
            files.Add(StructEmitter.Emit(context, plan.Specification.Trainable ? "ITrainingKernels" : "IModelKernels"));
            files.Add(EmbeddingEmitter.Emit(context));
            files.Add(LinearEmitter.Emit(context));
            files.Add(Int8LinearEmitter.Emit(context));
            if (plan.HasFourBits)
            {
                files.Add(Int4LinearEmitter.Emit(context));
            }

            if (plan.ScreensUpperBits)
            {
                files.Add(UpperBitsEmitter.Emit(context));
            }

            files.Add(KeyValueCacheEmitter.Emit(context));
            files.Add(AttentionEmitter.Emit(context));
            files.Add(SoftmaxEmitter.Emit(context));
            files.Add(NormEmitter.Emit(context));
            if (plan.GateFunction is not null)
            {
                files.Add(GateEmitter.Emit(context));
            }

            if (plan.Specification.RotaryPairs > 0)
            {
                files.Add(RotationEmitter.Emit(context));
            }

            files.Add(OutputEmitter.Emit(context));
            files.Add(VectorMathEmitter.Emit(context));
            if (plan.Specification.Trainable)
            {
                files.AddRange(TrainingEmitter.Emit(context));
            }
        }

        return files;
    }

    private static GeneratedFile EmitModel(DeclaredClass declaredClass, ModelPlan plan) => ModelFile.Write(
        declaredClass,
        "Model",
        ModelProse.Lines(declaredClass.Name, plan),
        instructions: null,
        writer =>
        {
            string name = declaredClass.Name;
            string warnings = plan.Specification.Trainable ? "CS3001, CS3002" : "CS3001";
            writer.Write($"#pragma warning disable {warnings} // The runtime, whose kernels take pointers, does not say that it is compliant with the CLS.");
            writer.Write();
            writer.Write(
                $$"""
                [global::System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
                {{ModelFile.Uncovered}}
                private {{name}}(global::KernelGen.Execution.Engine engine)
                    : base(engine)
                {
                }

                /// <summary>
                /// Loads weights: from a checkpoint (a safetensors file, a <c>pytorch_model.bin</c>, the index of several of either, or a folder that holds one of these by
                /// the name that Hugging Face gives it), which stays mapped only while it loads; or from a packed file, as <c>Save</c> writes it: that one is used
                /// in place, its pages are read when they are needed, and it must not be changed until the model is disposed. The first bytes tell which it is.
                /// </summary>
                /// <param name="path">The path of the file or the folder.</param>
                /// <param name="options">How to load; by default with the best instruction set that this process may use.</param>
                /// <returns>The model, ready to run; dispose it to free its memory.</returns>
                /// <exception cref="global::System.IO.IOException">The file does not exist, is no regular file, or cannot be opened or mapped.</exception>
                /// <exception cref="global::System.UnauthorizedAccessException">The file may not be read.</exception>
                /// <exception cref="global::KernelGen.Checkpoints.CheckpointException">The file is no weights file or damaged, a tensor is missing or does not have the declared shape, the packed file is of another declaration or version, or the folder holds no weights or several.</exception>
                /// <exception cref="global::System.PlatformNotSupportedException">The instruction set that the options, or else the environment, ask for is not available.</exception>
                {{ModelFile.Uncovered}}
                public static {{name}} Load(string path, global::KernelGen.ModelLoadOptions? options = null) =>
                    new(global::KernelGen.Execution.ModelLoader.Load(path, Description, options, CreateEngine));

                /// <summary>Loads weights from a stream of a safetensors or PyTorch file or of a packed one, as <c>Save</c> writes it.</summary>
                /// <param name="stream">
                /// The stream; read to its end, not disposed. An unmanaged stream, as an embedded resource has, is read in place. A packed file in such memory is also
                /// used in place where its address is a multiple of 64, so the memory must stay as it is until the model is disposed; elsewhere it is copied.
                /// </param>
                /// <exception cref="global::System.ArgumentException">The stream cannot be read.</exception>
                /// <param name="options">How to load; by default with the best instruction set that this process may use.</param>
                /// <inheritdoc cref="Load(string, global::KernelGen.ModelLoadOptions?)"/>
                {{ModelFile.Uncovered}}
                public static {{name}} Load(global::System.IO.Stream stream, global::KernelGen.ModelLoadOptions? options = null) =>
                    new(global::KernelGen.Execution.ModelLoader.Load(stream, Description, options, CreateEngine));

                """);
            writer.Write();
            EmitEngine(writer);
            writer.Write();
            EmitDescription(writer, declaredClass, plan);
            if (plan.Specification.Trainable)
            {
                TrainerEmitter.Emit(writer);
            }

            EpilogueEmitter.EmitTypes(writer, plan, plan.Linears.Concat(plan.TrainingLinears));
        },
        plan.Specification.IsSpeech
            ? $" : global::KernelGen.SpeechModel, global::KernelGen.ISpeechModel<{declaredClass.Name}>"
            : $" : global::KernelGen.EncoderDecoder, global::KernelGen.IEncoderDecoderModel<{declaredClass.Name}>");

    /// <summary>Writes what makes something with the kernels of the instruction set that is given.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="create">Given the name of the kernels, and that of the set with other products of 8-bit numbers where it is meant, the expression that makes it.</param>
    public static void EmitChoice(SourceWriter writer, Func<string, string?, string> create)
    {
        foreach (VectorInstructions instructions in VectorInstructions.All)
        {
            string kernels = instructions.Vectors.Name + "Kernels";
            if (instructions.Int8Variant is { } variant)
            {
                Emit(variant, kernels, create(kernels, variant));
            }

            Emit(instructions.Vectors.Name, kernels, create(kernels, null));
        }

        writer.Write("throw new global::System.PlatformNotSupportedException($\"No kernels for {instructionSet} may run in this process.\");");

        void Emit(string set, string kernels, string expression)
        {
            using (writer.Open($"if (instructionSet == global::KernelGen.InstructionSet.{set} && {kernels}.IsSupported)"))
            {
                writer.Write($"return {expression};");
            }

            writer.Write();
        }
    }

    private static void EmitEngine(SourceWriter writer)
    {
        writer.Write(ModelFile.Uncovered);
        using (writer.Open("private static global::KernelGen.Execution.Engine CreateEngine(global::KernelGen.Packing.PackedModel model, global::KernelGen.InstructionSet instructionSet)"))
        {
            EmitChoice(writer, static (kernels, variant) => $"global::KernelGen.Execution.Engine.Create{(variant is null ? "" : $"With{variant}")}<{kernels}>(model)");
        }
    }

    private static void EmitDescription(SourceWriter writer, DeclaredClass declaredClass, ModelPlan plan)
    {
        ModelSpecification model = plan.Specification;
        static string Boolean(bool value) => value ? "true" : "false";
        writer.Write(ModelFile.Uncovered);
        writer.Write("internal static global::KernelGen.Execution.ModelDescription Description { get; } = new()");
        writer.Write("{");
        foreach ((string name, string value) in new[]
        {
            ("Name", $"\"{declaredClass.Name.TrimStart('@')}\""),
            ("Architecture", $"global::KernelGen.Architecture.{model.Architecture}"),
            ("ModelDimension", $"{model.ModelDimension}"),
            ("Heads", $"{model.Heads}"),
            ("HeadDimension", $"{model.HeadDimension}"),
            ("FeedForwardDimension", $"{model.FeedForwardDimension}"),
            ("EncoderLayers", $"{model.EncoderLayers}"),
            ("DecoderLayers", $"{model.DecoderLayers}"),
            ("SourceVocabularySize", $"{model.SourceVocabularySize}"),
            ("TargetVocabularySize", $"{model.TargetVocabularySize}"),
            ("MaxSourceLength", $"{model.MaxSourceLength}"),
            ("MaxTargetLength", $"{model.MaxTargetLength}"),
            ("NormPlacement", $"global::KernelGen.NormPlacement.{model.NormPlacement}"),
            ("Normalization", $"global::KernelGen.Normalization.{model.Normalization}"),
            ("FinalNorm", Boolean(model.FinalNorm)),
            ("EmbeddingNorm", Boolean(model.EmbeddingNorm)),
            ("Activation", $"global::KernelGen.Activation.{model.Activation}"),
            ("GatedFeedForward", Boolean(model.GatedFeedForward)),
            ("LinearBias", Boolean(model.LinearBias)),
            ("ScaleScores", Boolean(model.ScaleScores)),
            ("LargeActivations", Boolean(model.LargeActivations)),
            ("PositionalEncoding", $"global::KernelGen.PositionalEncoding.{model.PositionalEncoding}"),
            ("PositionOffset", $"{model.PositionOffset}"),
            ("RelativePositionBuckets", $"{model.RelativePositionBuckets}"),
            ("RelativePositionDistance", $"{model.RelativePositionDistance}"),
            ("ScaleEmbedding", Boolean(model.ScaleEmbedding)),
            ("TieEmbeddings", Boolean(model.TieEmbeddings)),
            ("ScaleOutput", Boolean(model.ScaleOutput)),
            ("OutputBias", Boolean(model.OutputBias)),
            ("LayerNormEpsilon", SourceWriter.Literal(model.LayerNormEpsilon)),
            ("StartToken", $"{model.StartToken}"),
            ("EndToken", $"{model.EndToken}"),
            ("PadToken", $"{model.PadToken}"),
            ("SuppressedTokens", $"[{string.Join(", ", model.SuppressedTokens)}]"),
            ("HeadWidth", $"{plan.Attention.HeadWidth}"),
            ("ModelStride", $"{plan.ModelStride}"),
            ("AttentionStride", $"{plan.AttentionStride}"),
            ("FeedForwardStride", $"{plan.FeedForwardStride}"),
            ("LogitsStride", $"{plan.LogitsStride}"),
            ("QuantizedStride", $"{plan.QuantizedStride}"),
            ("QuantizedInputBits", $"{plan.Int8.InputBits}"),
            ("ScreensOutput", Boolean(plan.ScreensOutput)),
            ("AttentionScratch", $"{plan.AttentionScratch}"),
        }.Concat(Rare(model)))
        {
            writer.Write($"    {name} = {value},");
        }

        writer.Write("};");
    }

    /// <summary>What few models have; the others are described without it.</summary>
    private static IEnumerable<(string Name, string Value)> Rare(ModelSpecification model)
    {
        static string Boolean(bool value) => value ? "true" : "false";
        if (model.IsSpeech)
        {
            yield return ("SourceChannels", $"{model.SourceChannels}");
            yield return ("KeyBias", Boolean(model.KeyBias));
        }

        if (!model.NormShift)
        {
            yield return ("NormShift", "false");
        }

        if (!model.AttentionBias)
        {
            yield return ("AttentionBias", "false");
        }

        if (model.DecoderActivation != model.Activation)
        {
            yield return ("DecoderActivation", $"global::KernelGen.Activation.{model.DecoderActivation}");
        }

        if (model.DecoderGatedFeedForward != model.GatedFeedForward)
        {
            yield return ("DecoderGatedFeedForward", Boolean(model.DecoderGatedFeedForward));
        }

        if (model.RotaryDimension > 0)
        {
            yield return ("RotaryDimension", $"{model.RotaryDimension}");
            yield return ("RotaryBase", SourceWriter.Literal(model.RotaryBase));
        }
    }
}
