; SPDX-License-Identifier: GPL-3.0-or-later
; What the tests do inside GIMP 3: as cases-2.10.scm, in the other dialect.
(script-fu-use-v3)

(define (load-picture path)
  (gimp-file-load RUN-NONINTERACTIVE path))

(define (drawable-of image)
  (vector-ref (gimp-image-get-selected-drawables image) 0))

(define (save-picture image path)
  (file-png-export #:run-mode RUN-NONINTERACTIVE #:image image #:file path #:compression 1
                   #:save-transparent #t))

(define (set-precision image precision)
  (if (not (= precision (gimp-image-get-precision image)))
      (gimp-image-convert-precision image precision)))

; As linear floats, in which every precision fits: IMAGE is converted.
(define (save-floats image path)
  (set-precision image 600)
  (file-tiff-export #:run-mode RUN-NONINTERACTIVE #:image image #:file path
                    #:include-color-profile #t #:save-transparent-pixels #t #:include-thumbnail #f))

(define (say path . words)
  (let ((port (open-output-file path)))
    (for-each (lambda (word) (display word port) (display " " port)) words)
    (close-output-port port)))

(define (denoise-drawables image drawables strength model)
  (plug-in-cleargrain-denoise #:run-mode RUN-NONINTERACTIVE #:image image #:drawables drawables
                              #:strength strength #:colour-strength strength #:model model))

(define (denoise-grain image strength model grain-size)
  (plug-in-cleargrain-denoise #:run-mode RUN-NONINTERACTIVE #:image image
                              #:drawables (vector (drawable-of image)) #:strength strength
                              #:model model #:grain-size grain-size))

; A drawable of any kind, as a picture of its own.
(define (save-drawable drawable path)
  (gimp-edit-copy (vector drawable))
  (let ((image (gimp-edit-paste-as-new-image)))
    (save-floats image path)
    (gimp-image-delete image)))

(define (denoise-drawable image drawable strength model)
  (denoise-drawables image (vector drawable) strength model))

(define (denoise image strength model)
  (denoise-drawable image (drawable-of image) strength model))

; IN through PREPARE (a procedure of the image), the filter and FINISH to OUT.
(define (clean in out strength model prepare finish)
  (let ((image (load-picture in)))
    (prepare image)
    (denoise image strength model)
    (finish image)
    (save-picture image out)
    (gimp-image-delete image)))

(define (nothing image) #t)

(define (clean-plain in out strength model)
  (clean in out strength model nothing nothing))

; With the last values: those given here must not count.
(define (clean-last in out)
  (let ((image (load-picture in)))
    (plug-in-cleargrain-denoise #:run-mode RUN-WITH-LAST-VALS #:image image
                                #:drawables (vector (drawable-of image)) #:strength 0.1
                                #:colour-strength 0.1 #:model "none" #:grain-size 4)
    (save-picture image out)
    (gimp-image-delete image)))

(define (clean-grain in out model grain-size)
  (let ((image (load-picture in)))
    (denoise-grain image 1.0 model grain-size)
    (save-picture image out)
    (gimp-image-delete image)))

(define (clean-selection in out model x y w h)
  (clean in out 1.0 model
         (lambda (image) (gimp-image-select-rectangle image CHANNEL-OP-REPLACE x y w h))
         (lambda (image) (gimp-selection-none image))))

; The layer hangs over the image's edges on every side but the filter cleans it whole.
(define (clean-offset in out model)
  (clean in out 1.0 model
         (lambda (image) (gimp-image-resize image 40 30 -20 -10))
         (lambda (image) (gimp-image-resize-to-layers image))))

; IN in each precision (the numbers are GIMP's): as it is (PREFIX-before-PRECISION.tif) and clean
; (PREFIX-after-PRECISION.tif), both as floats.
(define (clean-precisions in prefix model . precisions)
  (let* ((original (load-picture in))
         (save (lambda (image part precision)
                 (let ((copy (gimp-image-duplicate image)))
                   (save-floats copy (string-append prefix "-" part "-"
                                                    (number->string precision) ".tif"))
                   (gimp-image-delete copy)))))
    (for-each
      (lambda (precision)
        (let ((image (gimp-image-duplicate original)))
          (set-precision image precision)
          (save image "before" precision)
          (denoise image 1.0 model)
          (save image "after" precision)
          (gimp-image-delete image)))
      precisions)))

; DRAWABLE, which need not be a layer, before and after.
(define (clean-drawable image drawable before after model)
  (save-drawable drawable before)
  (denoise-drawable image drawable 1.0 model)
  (save-drawable drawable after)
  (gimp-image-delete image))

(define (clean-mask in before after model)
  (let* ((image (load-picture in))
         (layer (drawable-of image))
         (mask (gimp-layer-create-mask layer ADD-MASK-COPY)))
    (gimp-layer-add-mask layer mask)
    (clean-drawable image mask before after model)))

(define (clean-channel in before after model)
  (let* ((image (load-picture in))
         (channel (gimp-channel-new-from-component image CHANNEL-GREEN "green")))
    (gimp-image-insert-channel image channel -1 0)
    (clean-drawable image channel before after model)))

(define (select-softly image)
  (gimp-context-set-feather #t)
  (gimp-context-set-feather-radius 8 8)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 20 10 60 50))

(define (clean-soft in out model)
  (clean in out 1.0 model select-softly (lambda (image) (gimp-selection-none image))))

; Two layers in one run.
(define (load-two first second)
  (let ((image (load-picture first)))
    (gimp-image-insert-layer image (gimp-file-load-layer RUN-NONINTERACTIVE image second) -1 0)
    image))

(define (clean-two first second out-1 out-2 model)
  (let* ((image (load-two first second))
         (layers (gimp-image-get-layers image)))
    (denoise-drawables image layers 1.0 model)
    (save-drawable (vector-ref layers 1) out-1)
    (save-drawable (vector-ref layers 0) out-2)
    (gimp-image-delete image)))

; Two, of which one must be refused.
(define (fail-two first second model out)
  (let* ((image (load-two first second))
         (layers (gimp-image-get-layers image)))
    (gimp-item-set-lock-content (vector-ref layers 1) #t)
    (gimp-image-clean-all image)
    (catch (say out "refused, changed:" (if (gimp-image-is-dirty image) 1 0))
      (denoise-drawables image layers 1.0 model)
      (say out "accepted"))
    (gimp-image-delete image)))

; The GEGL operation as an effect on the layer, which stays under it as it was; then merged.
(define (clean-effect in out without merged strength model)
  (let* ((image (load-picture in))
         (layer (drawable-of image)))
    (gimp-drawable-append-new-filter layer "cleargrain:denoise" "effect" LAYER-MODE-REPLACE 1.0
                                     "strength" strength "colour-strength" strength "model" model)
    (save-picture image out)
    (gimp-drawable-filter-delete (vector-ref (gimp-drawable-get-filters layer) 0))
    (save-picture image without)
    (gimp-drawable-merge-new-filter layer "cleargrain:denoise" "effect" LAYER-MODE-REPLACE 1.0
                                    "strength" strength "colour-strength" strength "model" model)
    (save-picture image merged)
    (gimp-image-delete image)))

; A gray layer, too large for a file, through the filter.
(define (clean-large width height model out)
  (let* ((image (gimp-image-new width height GRAY))
         (layer (gimp-layer-new image "large" width height GRAY-IMAGE 100 LAYER-MODE-NORMAL)))
    (gimp-image-insert-layer image layer -1 0)
    (gimp-drawable-fill layer FILL-WHITE)
    (denoise image 1.0 model)
    (say out "done")))

; A run that must fail: tells OUT whether the picture was left alone, and saves it to SAVED if
; that is not "".  GIMP writes the message to standard error.
(define (fail in prepare strength model out saved)
  (let ((image (load-picture in)))
    (prepare image)
    (gimp-image-clean-all image)
    (catch (say out "refused, changed:" (if (gimp-image-is-dirty image) 1 0))
      (denoise image strength model)
      (say out "accepted"))
    (if (> (string-length saved) 0) (save-picture image saved))
    (gimp-image-delete image)))

(define (make-indexed image)
  (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 16 #f #f ""))

(define (add-group image)
  (let ((group (gimp-group-layer-new image "group")))
    (gimp-image-insert-layer image group -1 0)
    group))

(define (make-group image)
  (gimp-image-set-selected-layers image (vector (add-group image))))

(define (lock image)
  (gimp-item-set-lock-content (drawable-of image) #t))

(define (lock-parent image)
  (let ((layer (drawable-of image))
        (group (add-group image)))
    (gimp-image-reorder-item image layer group 0)
    (gimp-item-set-lock-content group #t)
    (gimp-image-set-selected-layers image (vector layer))))

; In a window, for each NAME: when the file NAME.ask appears, NAME.txt tells whether the picture
; counts as changed, and NAME.png is what it is.
(define (answer in . names)
  (let ((image (load-picture in)))
    (gimp-display-new image)
    (gimp-image-clean-all image)
    (for-each
      (lambda (name)
        (let wait ()
          (if (not (file-exists? (string-append name ".ask")))
              (begin (usleep 100000) (wait))))
        (say (string-append name ".txt") (if (gimp-image-is-dirty image) 1 0))
        (save-picture image (string-append name ".png")))
      names)))

; In a window, while the test presses keys: save the picture to each of PATHS in turn when it
; becomes changed, unchanged (that is: undone to where it was), changed, ...
(define (watch in . paths)
  (let ((image (load-picture in)))
    (gimp-display-new image)
    (gimp-image-clean-all image)
    (let loop ((paths paths) (wanted #t))
      (cond ((null? paths) #t)
            ((eq? wanted (gimp-image-is-dirty image))
             (save-picture image (car paths))
             (loop (cdr paths) (not wanted)))
            (else (usleep 100000) (loop paths wanted))))))
