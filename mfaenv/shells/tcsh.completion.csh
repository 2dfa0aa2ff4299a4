complete mfaenv 'C@-*@`\mfaenv complete tcsh`@' 'n@@OPTIONS@@`\mfaenv complete tcsh`@' 'n@@WITH_PROGRAM@@c@' 'n@--@c@' 'p@1@`\mfaenv complete tcsh`@' 'n@@WITH_ARGUMENT@@`\mfaenv complete tcsh`@';
